@_spi(_Unicode) import Swift

/// Unicode normalisation form C (UAX 15), so that two spellings of one local part have the same bytes.
///
/// The standard library compares by canonical equivalence but shows the normalised scalars only to system libraries; swift-foundation takes
/// the same door (`_nfc`). If it closes, this is the one file to change.
enum Normalization {
    static func nfc(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var normal = String.UnicodeScalarView()
        for scalar in text._nfc { normal.append(scalar) }
        return String(normal)
    }
}
