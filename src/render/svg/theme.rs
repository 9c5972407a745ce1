//! Colours: one hue for each network, stable for its name, in light and dark.
//!
//! Text on any of these grounds has a contrast of at least 4.5 to 1, and
//! nothing is told by colour alone; a test computes the former.

use std::fmt::Write;

use super::text::FAMILIES;

/// Which colours a picture has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light or dark, as the reader's system prefers.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A network's colour: of the bar and its lines in light, and in dark.
const HUES: [(u32, u32); 12] = [
    (0x1d_66ad, 0x6d_b3f2), // blue
    (0xb4_430c, 0xf5_9a63), // vermilion
    (0x00_745a, 0x4c_c9a4), // green
    (0x7d_4698, 0xcf_9fe6), // purple
    (0x7d_5a00, 0xe0_b84a), // ochre
    (0x08_6f86, 0x5a_c8e0), // cyan
    (0xad_2a67, 0xf2_8ab6), // magenta
    (0x4a_50b8, 0xa3_a8f5), // indigo
    (0x56_690a, 0xb5_cc55), // olive
    (0x83_503a, 0xd9_a78f), // brown
    (0xb0_2b35, 0xf7_8f95), // red
    (0x4d_5d6c, 0xae_bccb), // slate
];

/// The colours that are not a network's.
struct Ground {
    page: u32,
    card: u32,
    border: u32,
    text: u32,
    quiet: u32,
    frame: u32,
    edge: u32,
    /// Bar and lines of the world outside.
    outside: u32,
    good: u32,
    warn: u32,
    bad: u32,
    /// Text on a bar.
    on_bar: u32,
    /// How much of the hue a strip's ground has, in percent.
    tint: u32,
}

const LIGHT: Ground = Ground {
    page: 0xff_ffff,
    card: 0xff_ffff,
    border: 0xb4_bec9,
    text: 0x17_212b,
    quiet: 0x56_626f,
    frame: 0xf3_f5f8,
    edge: 0xd5_dce4,
    outside: 0x36_424e,
    good: 0x1a_7f37,
    warn: 0x8a_5a00,
    bad: 0xc4_1e3a,
    on_bar: 0xff_ffff,
    tint: 14,
};

const DARK: Ground = Ground {
    page: 0x0b_1016,
    card: 0x20_2a36,
    border: 0x56_6577,
    text: 0xe8_eef4,
    quiet: 0xbe_cad6,
    frame: 0x15_1d27,
    edge: 0x3a_4858,
    outside: 0xc3_cdd8,
    good: 0x56_d364,
    warn: 0xe3_b341,
    bad: 0xff_7b86,
    on_bar: 0x0f_151c,
    tint: 26,
};

/// The hue of each of these names: the one that the name itself asks for, or
/// the next that is free. Once all are taken, two whose positions are in
/// `meetings`, since a card shows both, still get different ones if they can.
pub fn hues(names: &[&str], meetings: &[(usize, usize)]) -> Vec<usize> {
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (a, b) in meetings {
        beside[*a].push(*b);
        beside[*b].push(*a);
    }
    for others in &mut beside {
        others.sort_unstable();
        others.dedup();
    }
    let mut used = [0_usize; HUES.len()];
    let mut order: Vec<usize> = (0..names.len()).collect();
    // Who meets more than there are hues chooses first: the others avoid it.
    order.sort_by_key(|at| (std::cmp::Reverse(beside[*at].len() / HUES.len()), names[*at]));
    let mut chosen: Vec<Option<usize>> = vec![None; names.len()];
    for at in order {
        let wanted = usize::try_from(hash(names[at]) % HUES.len() as u64).unwrap_or(0);
        let mut met = [false; HUES.len()];
        for hue in beside[at].iter().filter_map(|other| chosen[*other]) {
            met[hue] = true;
        }
        let hue = (0..HUES.len())
            .map(|step| (wanted + step) % HUES.len())
            .min_by_key(|hue| (met[*hue], used[*hue]))
            .unwrap_or(wanted);
        used[hue] += 1;
        chosen[at] = Some(hue);
    }
    // 0 is the world outside.
    chosen.into_iter().map(|hue| hue.unwrap_or(0) + 1).collect()
}

/// FNV-1a: the same number for the same name, everywhere and always.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The style sheet, with those hues that occur.
pub fn css(theme: Theme, used: &[usize]) -> String {
    let mut css = String::with_capacity(6000);
    css.push_str(&SHAPES.replace("FAMILIES", FAMILIES));
    match theme {
        Theme::Light => css.push_str(&colours(&LIGHT, used)),
        Theme::Dark => css.push_str(&colours(&DARK, used)),
        Theme::Auto => {
            css.push_str(&colours(&LIGHT, used));
            let _ = write!(css, "@media (prefers-color-scheme:dark){{{}}}", colours(&DARK, used));
        }
    }
    css
}

/// What does not depend on light and dark.
const SHAPES: &str = "\
text{font:11px FAMILIES;white-space:pre}\
.heading{font-size:18px;font-weight:bold}\
.sub{font-size:12px}\
.name{font-size:13px;font-weight:bold}\
.strong{font-size:12px;font-weight:bold}\
.caption,.world,.alarm,.told{font-weight:bold}\
.line{fill:none;stroke-width:2}\
.idle .line{stroke-dasharray:5 4}\
.near .line{stroke-dasharray:2 3}\
.wide .line{stroke-width:3}\
.reached .line{stroke-width:3}\
.surprise .line{stroke-width:5;stroke-dasharray:9 4}\
.untold .line{stroke-dasharray:1 4;stroke-linecap:round}\
.added .line{stroke-width:3}\
.removed .line{stroke-width:3;stroke-dasharray:6 5}\
.changed .line{stroke-width:3;stroke-dasharray:12 3}\
.casing{fill:none;stroke-width:6}\
.box{stroke-width:1}\
.stopped>.box{stroke-dasharray:4 3}\
.added>.box,.removed>.box,.changed>.box{stroke-width:3}\
.removed>.box{stroke-dasharray:6 4}\
.alarming>.box{stroke-width:2}\
.nowhere>.box{stroke-width:1;stroke-dasharray:4 3}\
.sign{stroke-width:2;fill:none}\
.blank{stroke-width:1;fill:none}\
.cross{stroke-width:2;fill:none}\
";

fn colours(ground: &Ground, used: &[usize]) -> String {
    let Ground {
        page,
        card,
        border,
        text,
        quiet,
        frame,
        edge,
        outside,
        good,
        warn,
        bad,
        on_bar,
        ..
    } = ground;
    let mut css = String::new();
    let mut rule = |selector: &str, rules: String| {
        css.push_str(selector);
        css.push('{');
        css.push_str(&rules);
        css.push('}');
    };
    let fill = |colour: &u32| format!("fill:#{colour:06x}");
    let stroke = |colour: &u32| format!("stroke:#{colour:06x}");
    rule("text", fill(text));
    rule(".page", fill(page));
    rule(".quiet,.sub", fill(quiet));
    rule(".alarm,.bad", fill(bad));
    rule(".container>.box", format!("{};{}", fill(card), stroke(border)));
    rule(".stopped>.box", fill(page));
    rule(".alarming>.box", stroke(bad));
    rule(".deck", format!("{};{}", fill(card), stroke(border)));
    rule(".project>.box", format!("{};{}", fill(frame), stroke(edge)));
    rule(".nowhere>.box", format!("fill:none;{}", stroke(quiet)));
    rule(".rule", stroke(border));
    rule(".blank", stroke(quiet));
    rule(".network text", fill(on_bar));
    rule(".network .blank", stroke(on_bar));
    rule(".nowhere text", fill(quiet));
    rule(".casing", stroke(page));
    rule(".good", format!("{};{}", fill(good), stroke(good)));
    rule(".warn", format!("{};{}", fill(warn), stroke(warn)));
    rule(".ail", format!("{};{}", fill(bad), stroke(bad)));
    rule(".cross", stroke(bad));
    rule(".off", format!("fill:none;{}", stroke(quiet)));
    let mut hue = |number: usize, colour: u32| {
        let tinted = mix(ground.card, colour, ground.tint);
        rule(&format!(".h{number} .line,.h{number} .sign"), stroke(&colour));
        rule(&format!(".h{number} .dot,.h{number}>.box"), fill(&colour));
        rule(&format!(".h{number}>.tint"), fill(&tinted));
    };
    for number in used {
        match number.checked_sub(1).and_then(|at| HUES.get(at)) {
            None => hue(0, *outside),
            Some((light, dark)) => {
                hue(*number, if ground.page == LIGHT.page { *light } else { *dark });
            }
        }
    }
    rule(".network>.sign", stroke(on_bar));
    for (class, colour) in [
        ("reached", good),
        ("surprise", bad),
        ("untold", quiet),
        ("added", good),
        ("removed", bad),
        ("changed", warn),
    ] {
        rule(&format!(".{class} .line"), stroke(colour));
        rule(&format!(".{class} .dot"), fill(colour));
        rule(&format!("text.{class}"), fill(colour));
        rule(&format!(".container.{class}>.box,.network.{class}>.box"), stroke(colour));
    }
    css
}

/// `percent` of one colour over another.
fn mix(under: u32, over: u32, percent: u32) -> u32 {
    [16, 8, 0].into_iter().fold(0, |mixed, shift| {
        let channel = |colour: u32| (colour >> shift) & 0xff;
        let value = (channel(under) * (100 - percent) + channel(over) * percent) / 100;
        mixed | value << shift
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: u32) -> f64 {
        let part = |shift: u32| {
            let value = f64::from((colour >> shift) & 0xff) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_legible_on_every_ground() {
        for ground in [&LIGHT, &DARK] {
            let light = ground.page == LIGHT.page;
            for under in [ground.page, ground.card, ground.frame] {
                for text in [ground.text, ground.quiet, ground.bad, ground.good, ground.warn] {
                    assert!(contrast(under, text) >= 4.5, "{text:06x} on {under:06x}");
                }
            }
            let hues = HUES.iter().map(|hue| if light { hue.0 } else { hue.1 });
            for hue in hues.chain([ground.outside]) {
                assert!(contrast(hue, ground.on_bar) >= 4.5, "bar {hue:06x}");
                assert!(contrast(hue, ground.page) >= 3.0, "line {hue:06x}");
                let tint = mix(ground.card, hue, ground.tint);
                for text in [ground.text, ground.quiet] {
                    assert!(contrast(tint, text) >= 4.5, "{text:06x} on tint {tint:06x}");
                }
            }
        }
    }

    #[test]
    fn a_name_keeps_its_hue_and_no_hue_is_used_twice_before_all_are() {
        let names: Vec<String> = (0..12).map(|n| format!("net{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut all = hues(&names, &[]);
        assert_eq!(hues(&["front"], &[]), hues(&["front"], &[]));
        assert_eq!(hues(&names[..1], &[])[0], hues(&[names[0], "elsewhere"], &[])[0]);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 12);
    }

    #[test]
    fn a_hub_has_a_hue_that_none_of_its_leaves_has() {
        let names: Vec<String> = (0..40).map(|n| format!("net{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let leaves: Vec<(usize, usize)> =
            (0..40).filter(|at| *at != 17).map(|at| (17, at)).collect();
        let all = hues(&names, &leaves);
        assert_eq!(all.iter().filter(|hue| **hue == all[17]).count(), 1);
    }
}
