internal import Crypto

/// Tells one state of a thing from another (RFC 9110 section 8.8.3).
package enum EntityTag {
    package static func of(_ entity: DirectoryEntity) -> String { of(EntityForm.value(entity)) }

    package static func of(_ value: DocumentValue) -> String {
        "\"" + Array(SHA256.hash(data: JSONWriter.bytes(value)).prefix(12)).hexadecimal + "\""
    }

    /// Whether If-Match names this state, `*` included: strongly, so a weak tag names none (RFC 9110 section 13.1.1).
    package static func matches(_ field: String, _ tag: String) -> Bool {
        field.split(separator: ",").contains { part in
            let given = part.trimmed
            return given == "*" || given == tag
        }
    }

    /// Whether If-None-Match names it: weakly, since who asks only wants to know what he has already (RFC 9110 section 13.1.2).
    package static func isKnown(_ field: String, _ tag: String) -> Bool {
        field.split(separator: ",").contains { part in
            let given = part.trimmed
            return given == "*" || given == tag || given == "W/" + tag
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop(while: { $0 == " " || $0 == "\t" }).reversed().drop(while: { $0 == " " || $0 == "\t" }).reversed())
    }
}
