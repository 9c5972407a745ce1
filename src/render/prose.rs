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

/// The words of a paragraph. What stands between backticks is one, so that a
/// command stays on its line; it is set apart by weight, or by the backticks
/// where there is no colour.
fn words(block: &str, style: &Style) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, part) in block.split('`').enumerate() {
        if at % 2 == 1 {
            let code = part.split_whitespace().collect::<Vec<_>>().join(" ");
            let code = if style.color { code } else { format!("`{code}`") };
            word.push_str(&style.paint(Role::Strong, &code));
            continue;
        }
        for (nth, piece) in part.split(char::is_whitespace).enumerate() {
            if nth > 0 && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.push_str(piece);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
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
    fn a_command_stays_on_one_line() {
        let style = Style { width: 30, color: false };
        let text = "What listens there? Look: `docker exec mongo\nnetstat -tln`, and compare.";
        let shown = prose(text, &style);
        assert_eq!(
            shown,
            "What listens there? Look:\n`docker exec mongo netstat -tln`,\nand compare.\n"
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
