//! A font made on the spot, so that no test rests on which other fonts a machine happens to have: a square for each of its characters.

/// A TrueType font of this family with a square for each character.
pub fn font(family: &str, characters: &[char]) -> Vec<u8> {
    let mut tables: Vec<(&[u8; 4], Vec<u8>)> = vec![
        (b"cmap", cmap(characters)),
        (b"glyf", square()),
        (b"head", head()),
        (b"hhea", hhea()),
        (b"hmtx", [0x03E8_u16, 0, 0x03E8, 0].iter().flat_map(|n| n.to_be_bytes()).collect()),
        (b"loca", [0_u16, 0, word(square().len() / 2)].iter().flat_map(|n| n.to_be_bytes()).collect()),
        (b"maxp", [0x0000_u16, 0x5000, 2].iter().flat_map(|n| n.to_be_bytes()).collect()),
        (b"name", name(family)),
        (b"post", [3_u32 << 16, 0, 0, 0, 0, 0, 0, 0].iter().flat_map(|n| n.to_be_bytes()).collect()),
    ];
    let mut file = Vec::new();
    put32(&mut file, 0x0001_0000);
    [word(tables.len()), 128, 3, 16].into_iter().for_each(|n| put16(&mut file, n));
    let mut at = 12 + 16 * tables.len();
    for (tag, data) in &mut tables {
        data.resize(data.len().next_multiple_of(4), 0);
        file.extend_from_slice(*tag);
        put32(&mut file, 0);
        put32(&mut file, u32::try_from(at).unwrap());
        put32(&mut file, u32::try_from(data.len()).unwrap());
        at += data.len();
    }
    tables.into_iter().for_each(|(_, data)| file.extend(data));
    file
}

fn put16(out: &mut Vec<u8>, n: u16) {
    out.extend(n.to_be_bytes());
}

fn put32(out: &mut Vec<u8>, n: u32) {
    out.extend(n.to_be_bytes());
}

fn word(n: usize) -> u16 {
    u16::try_from(n).unwrap()
}

/// All characters lead to glyph 1 (format 12).
fn cmap(characters: &[char]) -> Vec<u8> {
    let mut codes: Vec<u32> = characters.iter().map(|c| u32::from(*c)).collect();
    codes.sort_unstable();
    let mut out = Vec::new();
    [0, 1, 3, 10].into_iter().for_each(|n| put16(&mut out, n));
    put32(&mut out, 12);
    [12, 0].into_iter().for_each(|n| put16(&mut out, n));
    let groups = u32::try_from(codes.len()).unwrap();
    [16 + 12 * groups, 0, groups].into_iter().for_each(|n| put32(&mut out, n));
    codes.into_iter().for_each(|code| [code, code, 1].into_iter().for_each(|n| put32(&mut out, n)));
    out
}

fn square() -> Vec<u8> {
    let mut out = Vec::new();
    // One contour in a box, its last point, no instructions.
    [1, 100, 0, 900, 800, 3, 0].into_iter().for_each(|n| put16(&mut out, n));
    out.extend([1; 4]);
    let steps: [i16; 8] = [100, 0, 800, 0, 0, 800, 0, -800];
    steps.into_iter().for_each(|n| out.extend(n.to_be_bytes()));
    out
}

fn head() -> Vec<u8> {
    let mut out = Vec::new();
    [0x0001_0000, 0x0001_0000, 0, 0x5F0F_3CF5].into_iter().for_each(|n| put32(&mut out, n));
    [0, 1000].into_iter().for_each(|n| put16(&mut out, n));
    out.extend([0; 16]);
    [100, 0, 900, 800, 0, 8, 2, 0, 0].into_iter().for_each(|n| put16(&mut out, n));
    out
}

fn hhea() -> Vec<u8> {
    let mut out = Vec::new();
    put32(&mut out, 0x0001_0000);
    [880, word(0x1_0000 - 120), 0, 1000, 0, 0, 900, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        .into_iter()
        .for_each(|n| put16(&mut out, n));
    out
}

fn name(family: &str) -> Vec<u8> {
    let text: Vec<u8> = family.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut out = Vec::new();
    // Windows, Unicode, English; 1 is the family.
    [0, 1, 18, 3, 1, 0x409, 1, word(text.len()), 0].into_iter().for_each(|n| put16(&mut out, n));
    out.extend(text);
    out
}
