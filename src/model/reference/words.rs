//! Looking for any of many words in a name: whatever the case, and in one
//! pass, since every variable and label of every container is looked at.

/// Words to look for.
pub(super) struct Words<const N: usize> {
    words: [&'static str; N],
    /// For each two letters that a word begins with, the third ones: a bit
    /// each. Letters count by their lower five bits, which leaves the case out.
    begins: [u32; 1 << 10],
}

impl<const N: usize> Words<N> {
    /// Words of at least three bytes, all ASCII.
    pub const fn new(words: [&'static str; N]) -> Self {
        let mut begins = [0; 1 << 10];
        let mut at = 0;
        while at < N {
            let word = words[at].as_bytes();
            let two = ((word[0] & 31) as usize) << 5 | (word[1] & 31) as usize;
            begins[two] |= 1 << (word[2] & 31);
            at += 1;
        }
        Self { words, begins }
    }

    /// Whether any of them is in the text.
    pub fn any_in(&self, text: &str) -> bool {
        let mut two = 0;
        for (at, byte) in text.bytes().enumerate() {
            let letter = byte & 31;
            let may_begin = self.begins[two] >> letter & 1 == 1 && at >= 2;
            if may_begin && self.words.iter().any(|word| begins(&text.as_bytes()[at - 2..], word)) {
                return true;
            }
            two = (two << 5 | usize::from(letter)) & 0x3ff;
        }
        false
    }
}

fn begins(text: &[u8], word: &str) -> bool {
    text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 4] = ["pass", "pwd", "api_key", "SITE_URL"];

    proptest! {
        #[test]
        fn one_pass_finds_what_a_search_for_each_does(text in "(pass|PW|d|api|_key|key|site_|url|[a-zé_]){0,6}") {
            let folded = text.to_ascii_lowercase();
            let found = WORDS.iter().any(|word| folded.contains(&word.to_ascii_lowercase()));
            prop_assert_eq!(Words::new(WORDS).any_in(&text), found);
        }
    }
}
