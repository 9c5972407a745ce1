//! Colours: a hue for each of the main networks, in light and dark.
//!
//! Text on any of these grounds has a contrast of at least 4.5 to 1, and
//! nothing is told by colour alone; a test computes the former.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::text::FAMILIES;
use crate::graph::Map;
use crate::model::{NetworkAt, natural_order};
use crate::order::OrderBy;

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

/// A network's colour: of the bar and its lines in light, and in dark. These
/// are told apart with any kind of colour vision; a test computes it. The last
/// is grey, for networks beyond those.
const HUES: [(u32, u32); 8] = [
    (0x0b_66b4, 0x70_ceff), // blue
    (0xcb_3a00, 0xfd_9261), // vermilion
    (0x11_845f, 0x52_c89a), // green
    (0x5b_2c8a, 0xdf_93dc), // purple
    (0x51_7b0d, 0xcf_df4c), // olive
    (0x07_7697, 0x91_e2da), // cyan
    (0x97_0e3f, 0xec_80b7), // wine
    (0x56_6472, 0xa9_b6c4), // grey
];

/// The number of grey among the colours.
pub const GREY: usize = HUES.len();

/// The colours of text, and of what is wrong, in light.
pub const LIGHT_TEXT: u32 = LIGHT.text;
/// See [`LIGHT_TEXT`].
pub const LIGHT_BAD: u32 = LIGHT.bad;

/// The colour with this number, in light; 0 is the world outside.
pub fn light(number: usize) -> u32 {
    let hue = number.checked_sub(1).and_then(|at| HUES.get(at));
    hue.map_or(LIGHT.outside, |(light, _)| *light)
}

/// How many of them tell networks apart.
const TELLING: usize = HUES.len() - 1;

/// The colours that are not a network's.
struct Ground {
    page: u32,
    card: u32,
    border: u32,
    text: u32,
    quiet: u32,
    frame: u32,
    edge: u32,
    /// Ground of what has no way out.
    zone: u32,
    /// Bar of the world outside.
    sky: u32,
    /// Its lines.
    outside: u32,
    good: u32,
    warn: u32,
    bad: u32,
    /// Text on a bar.
    on_bar: u32,
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
    good: 0x18_7533,
    warn: 0x8a_5a00,
    bad: 0xc4_1e3a,
    on_bar: 0xff_ffff,
    zone: 0xe9_f2ee,
    sky: 0xe4_e7eb,
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
    zone: 0x12_2420,
    sky: 0x2c_3845,
};

/// The colours of a map's networks.
///
/// They are chosen from the whole map and not from what is shown of it, so
/// that a network keeps its colour when the picture is narrowed. Up to seven
/// have one each; of more, those with the most members have one, and the
/// others are grey.
#[derive(Debug)]
pub struct Hues(BTreeMap<NetworkAt, usize>);

impl Hues {
    /// Chooses the colours.
    pub fn of(map: &Map) -> Self {
        let mut networks: Vec<NetworkAt> = map
            .networks()
            .filter(|at| {
                let network = map.network(*at);
                !network.is_host() && !network.is_none() && !map.members(*at).is_empty()
            })
            .collect();
        if networks.len() > TELLING {
            // A small one joins little beside a hub.
            let most = networks.iter().map(|at| map.members(*at).len()).max().unwrap_or(0);
            networks.retain(|at| map.members(*at).len() > (most / 4).max(2));
            networks.order_by_key(|at| (std::cmp::Reverse(map.members(*at).len()), *at));
            networks.truncate(TELLING);
        }
        networks.order_by(|a, b| natural_order(&map.network(*a).name, &map.network(*b).name));
        Self(networks.into_iter().zip(1..).collect())
    }

    /// The number of a network's colour; 0 is the world outside.
    pub fn number(&self, at: NetworkAt) -> usize {
        self.0.get(&at).copied().unwrap_or(GREY)
    }
}

/// The style sheet of pictures that this selector is for, with those hues that occur.
/// Every rule is for what is in such a picture alone.
pub fn css(theme: Theme, used: &[usize], picture: &str, in_outlines: bool) -> String {
    let mut css = String::with_capacity(8000);
    for rule in SHAPES.replace("FAMILIES", FAMILIES).split_inclusive('}') {
        css.push_str(&scoped(rule, picture));
    }
    match theme {
        Theme::Light => css.push_str(&colours(&LIGHT, used, picture)),
        Theme::Dark => css.push_str(&colours(&DARK, used, picture)),
        Theme::Auto => {
            css.push_str(&colours(&LIGHT, used, picture));
            let dark = colours(&DARK, used, picture);
            let _ = write!(css, "@media (prefers-color-scheme:dark){{{dark}}}");
        }
    }
    match in_outlines {
        false => css,
        // Letters that are paths have the colours of text.
        true => css.replace(" text{fill", " .text{fill").replace(" text.", " .text."),
    }
}

/// A rule with each of its selectors bound to the picture.
fn scoped(rule: &str, picture: &str) -> String {
    let Some((selectors, rest)) = rule.split_once('{') else { return rule.to_owned() };
    let selectors: Vec<String> =
        selectors.split(',').map(|selector| format!("{picture} {selector}")).collect();
    format!("{}{{{rest}", selectors.join(","))
}

/// What does not depend on light and dark. Fonts are told part by part: for Inkscape
/// `font` outweighs whatever size and weight a narrower rule gives.
const SHAPES: &str = "\
text{font-family:FAMILIES;font-size:11px;white-space:pre}\
.heading{font-size:18px;font-weight:bold}\
.sub{font-size:12px}\
.name{font-size:13px;font-weight:bold}\
.strong{font-size:12px;font-weight:bold}\
.caption,.world,.alarm,.told{font-weight:bold}\
.line{fill:none;stroke-width:2}\
.link{fill:none;stroke-width:2}\
.idle .line{stroke-dasharray:5 4}\
.near .line{stroke-dasharray:2 3}\
.wide .line{stroke-width:4}\
.talk .line{stroke-width:1.3;stroke-dasharray:5 3}\
.observed .line{stroke-dasharray:none}\
.dependency .line{stroke-width:1;stroke-dasharray:1 3}\
.seen .line{stroke-width:1.8;stroke-dasharray:none}\
.unseen .line{stroke-width:1}\
.observed .head{stroke-width:1.3}\
.asked .line{stroke-width:2.5}\
.asked.blocked .line{stroke-dasharray:9 4}\
.unsure .line{stroke-dasharray:2 3}\
.surprise .line{stroke-width:2.5;stroke-dasharray:9 4}\
.number{font-weight:bold}\
.field{stroke-width:1}\
.added .line{stroke-width:3}\
.removed .line{stroke-width:3;stroke-dasharray:6 5}\
.changed .line{stroke-width:3;stroke-dasharray:12 3}\
.box{stroke-width:1}\
.stopped>.box{stroke-dasharray:4 3}\
.added>.box,.removed>.box,.changed>.box{stroke-width:3}\
.removed>.box{stroke-dasharray:6 4}\
.alarming>.box{stroke-width:2}\
.sign{stroke-width:1.6;fill:none}\
.kind{stroke-width:1.3;fill:none;stroke-linecap:round;stroke-linejoin:round}\
.blank{stroke-width:1;fill:none}\
.cut{stroke-width:4;fill:none}\
.cross{stroke-width:2;fill:none}\
";

fn colours(ground: &Ground, used: &[usize], picture: &str) -> String {
    let Ground {
        page,
        card,
        border,
        text,
        quiet,
        frame,
        edge,
        zone,
        sky,
        outside,
        good,
        warn,
        bad,
        on_bar,
        ..
    } = ground;
    let mut css = String::new();
    let mut rule = |selector: &str, rules: String| {
        css.push_str(&scoped(&format!("{selector}{{{rules}}}"), picture));
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
    rule(".zone", fill(zone));
    rule(".world>.box", format!("{};{}", fill(sky), stroke(edge)));
    rule(".rule", stroke(border));
    rule(".blank", stroke(quiet));
    rule(".network text", fill(on_bar));
    rule(".network .blank", stroke(on_bar));
    rule(".world text", fill(text));
    rule(".cut", stroke(page));
    rule(".kind", stroke(quiet));
    rule(".good", format!("{};{}", fill(good), stroke(good)));
    rule(".warn", format!("{};{}", fill(warn), stroke(warn)));
    rule(".ail", format!("{};{}", fill(bad), stroke(bad)));
    rule(".cross", stroke(bad));
    rule(".off", format!("fill:none;{}", stroke(quiet)));
    let mut hue = |number: usize, colour: u32| {
        rule(&format!(".h{number} .line,.h{number} .link,.h{number} .sign"), stroke(&colour));
        rule(&format!(".h{number} .dot,.h{number} .head,.h{number}>.box"), fill(&colour));
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
        ("talk", text),
        ("unseen", quiet),
        ("dependency", quiet),
        ("asked", good),
        ("unsure", warn),
        ("blocked", bad),
        ("surprise", bad),
    ] {
        rule(&format!(".{class} .line"), stroke(colour));
        rule(&format!(".{class} .dot,.{class} .head"), fill(colour));
    }
    // What nothing but the wire tells of has heads that are not filled.
    rule(".observed .head", format!("{};{}", fill(page), stroke(text)));
    rule(".observed.blocked .head", stroke(bad));
    rule(".blocked text", fill(bad));
    rule(".faint .name,.faint .strong,.faint .state", fill(quiet));
    for (class, colour) in [("added", good), ("removed", bad), ("changed", warn)] {
        rule(&format!(".{class} .line"), stroke(colour));
        rule(&format!(".{class} .dot"), fill(colour));
        rule(&format!("text.{class}"), fill(colour));
        rule(&format!(".container.{class}>.box"), stroke(colour));
        rule(&format!(".network.{class}>.box"), format!("{};{}", fill(colour), stroke(colour)));
        rule(&format!(".network.{class} .link"), stroke(colour));
    }
    for (tone, colour) in [("wrong", bad), ("doubtful", warn), ("well", good), ("plain", quiet)] {
        rule(&format!(".callout.{tone} .field"), format!("{};{}", fill(colour), stroke(page)));
    }
    rule(".callout .number", fill(on_bar));
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: u32) -> f64 {
        0.2126 * linear(colour, 16) + 0.7152 * linear(colour, 8) + 0.0722 * linear(colour, 0)
    }

    fn linear(colour: u32, shift: u32) -> f64 {
        let value = f64::from((colour >> shift) & 0xff) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn no_rule_has_all_of_a_font_at_once() {
        let css = css(Theme::Auto, &[0, 1], ".picture", true);
        assert!(css.contains("font-size:11px") && !css.contains("font:"), "{css}");
    }

    #[test]
    fn text_is_legible_on_every_ground() {
        for ground in [&LIGHT, &DARK] {
            let light = ground.page == LIGHT.page;
            for under in [ground.page, ground.card, ground.frame, ground.zone] {
                for text in [ground.text, ground.quiet, ground.bad, ground.good, ground.warn] {
                    assert!(contrast(under, text) >= 4.5, "{text:06x} on {under:06x}");
                }
            }
            let hues = HUES.iter().map(|hue| if light { hue.0 } else { hue.1 });
            for hue in hues.chain([ground.outside]) {
                assert!(contrast(hue, ground.on_bar) >= 4.5, "bar {hue:06x}");
                assert!(contrast(hue, ground.page) >= 3.0, "line {hue:06x}");
            }
        }
    }

    /// Matrices that show linear light as people with protanopia and with
    /// deuteranopia see it (Machado, Oliveira and Fernandes, 2009), after that
    /// of everybody else.
    const SIGHTS: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ];

    /// CIE L*a*b* of a colour as it is seen.
    fn lab(colour: u32, sight: &[[f64; 3]; 3]) -> [f64; 3] {
        let light = [16, 8, 0].map(|shift| linear(colour, shift));
        let seen = sight.map(|row| {
            row.iter().zip(light).map(|(part, light)| part * light).sum::<f64>().clamp(0.0, 1.0)
        });
        let sum = |r: f64, g: f64, b: f64| r * seen[0] + g * seen[1] + b * seen[2];
        let x = sum(0.412_456, 0.357_576, 0.180_438) / 0.950_47;
        let y = sum(0.212_673, 0.715_152, 0.072_175);
        let z = sum(0.019_334, 0.119_192, 0.950_304) / 1.088_83;
        let [x, y, z] =
            [x, y, z].map(|t| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn hues_are_told_apart_with_any_colour_vision() {
        for sight in &SIGHTS {
            for at in 0..TELLING {
                for other in 0..at {
                    for light in [true, false] {
                        let colour = |at: usize| if light { HUES[at].0 } else { HUES[at].1 };
                        let (a, b) = (lab(colour(at), sight), lab(colour(other), sight));
                        let apart =
                            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                        assert!(
                            apart >= 10.0,
                            "{at} and {other} are {apart:.1} apart, light {light}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_rule_is_bound_to_the_picture() {
        let css = css(Theme::Auto, &[0, 1, 8], ".n1", false);
        let plain = css.replace("@media (prefers-color-scheme:dark){", "");
        for rule in plain.split('}').filter(|rule| rule.contains('{')) {
            let selectors = rule.split('{').next().unwrap_or_default();
            for selector in selectors.split(',') {
                assert!(selector.starts_with(".n1 "), "{selector}");
            }
        }
    }
}
