//! Text for reading: a little Markdown – paragraphs, lists, indented code –
//! laid out for a terminal.

use super::style::{Role, Style, flow};

/// The text in lines of the style's width, at most 80 columns.
pub fn prose(text: &str, style: &Style) -> String {
    let width = style.width.min(80);
    let mut laid_out = String::new();
    for block in text.split("\n\n").map(|block| block.trim_matches('\n')) {
        if block.trim().is_empty() {
            continue;
        }
        if !laid_out.is_empty() {
            laid_out.push('\n');
        }
        if block.starts_with("    ") {
            // Code stays as it is.
            laid_out.push_str(block);
        } else {
            laid_out.push_str(&flow(&words(block, style), " ", 0, width));
        }
        laid_out.push('\n');
    }
    laid_out
}

/// The words of a paragraph. What stands between backticks is set apart by
/// weight, or by the backticks where there is no colour.
fn words(block: &str, style: &Style) -> Vec<String> {
    let mut in_code = false;
    block
        .split_whitespace()
        .map(|word| {
            let mut dressed = String::new();
            for (at, part) in word.split('`').enumerate() {
                if at > 0 {
                    in_code = !in_code;
                    if !style.color {
                        dressed.push('`');
                    }
                }
                let role = if in_code { Role::Strong } else { Role::Plain };
                dressed.push_str(&style.paint(role, part));
            }
            dressed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_code_stays() {
        let style = Style { width: 30, color: false };
        let text = "One sentence (`docker ps`, say) that\nis too long for a line.\n\n    docker ps   -a\n\nLast: `a`.";
        assert_eq!(
            prose(text, &style),
            "One sentence (`docker ps`,\nsay) that is too long for a\nline.\n\n    docker ps   -a\n\nLast: `a`.\n"
        );
    }

    #[test]
    fn in_colour_there_are_no_backticks() {
        let style = Style { width: 80, color: true };
        let shown = prose("Say `docker ps` now.", &style);
        assert!(!shown.contains('`'), "{shown}");
        assert_eq!(super::super::style::undressed(&shown), "Say docker ps now.\n");
    }
}
