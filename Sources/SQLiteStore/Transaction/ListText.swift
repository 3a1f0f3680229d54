internal import Foundation
internal import Relay

/// Short lists as JSON arrays in one column: they keep their order, and no query looks inside them.
enum ListText {
    static func write(_ list: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(list), as: UTF8.self)
    }

    static func read<List: Decodable>(_ text: String) throws -> List {
        do {
            return try JSONDecoder().decode(List.self, from: Data(text.utf8))
        } catch {
            throw StoreFailure.damaged("a list cannot be read: \(text.prefix(40))")
        }
    }
}
