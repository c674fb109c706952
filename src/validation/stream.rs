//! Counter-based random numbers: the number at a position is a function of the key and the position alone, so the order
//! in which streams are used, and the number of threads that use them, do not matter.
//!
//! ```text
//! number(i) = mix(key + (i + 1) gamma)            SplitMix64 (Steele, Lea, Flood 2014, figure 17)
//! ```
//!
//! `mix` is a bijection of 64 bits, `gamma` an odd number near 2^64 over the golden ratio. A key is mixed from the parts
//! of a name, so that streams of unlike names start at unrelated places of the cycle of length 2^64.

/// The odd number next to 2^64 over the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Random numbers of one name.
#[derive(Debug, Clone)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// The stream of this name: a seed and the numbers that tell what the stream is for.
    pub fn new(name: &[u64]) -> Stream {
        Stream { state: name.iter().fold(0, |key, part| mix(key ^ mix(part.wrapping_add(GAMMA)))) }
    }

    /// The next number, equidistributed on `[0, 1)` in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(GAMMA);
        (mix(self.state) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The finaliser of the generator (Stafford's variant 13 of that of MurmurHash3).
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_the_published_generator() {
        // The first outputs of SplitMix64 from the state 1234567, as the generator's own site lists them.
        let mut stream = Stream { state: 1_234_567 };
        let published = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for expected in published {
            assert_eq!(stream.uniform(), (expected >> 11) as f64 / 2.0_f64.powi(53));
        }
    }

    #[test]
    fn streams_of_neighbouring_names_are_uncorrelated() {
        let count = 20_000;
        let numbers = |name: &[u64]| {
            let mut stream = Stream::new(name);
            (0..count).map(|_| stream.uniform() - 0.5).collect::<Vec<f64>>()
        };
        let names: [&[u64]; 5] = [&[1, 0], &[0, 1], &[1, 1], &[0, 0, 0], &[2, 0]];
        for (i, a) in names.iter().enumerate() {
            for b in &names[..i] {
                let sum: f64 = numbers(a).iter().zip(numbers(b)).map(|(x, y)| 12.0 * x * y).sum();
                let z = sum / (count as f64).sqrt();
                assert!(z.abs() <= 4.0, "{a:?} and {b:?}: {z} standard errors");
            }
        }
    }
}
