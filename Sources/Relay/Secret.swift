/// Something that must never be printed, logged or encoded by accident: it has no description worth reading, no Codable, no
/// interpolation of its own, and the only way to its bytes is to say `reveal`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { self.bytes = Array(text.utf8) }

    package func reveal() -> [UInt8] { bytes }
    package func revealText() -> String { String(decoding: bytes, as: UTF8.self) }

    package var count: Int { bytes.count }
    package var description: String { "‹secret›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
