internal import Relay

/// The one place where PostgreSQL's errors become ours (errcodes-appendix). Only the first line of an error is told: the others have values of the statement.
extension StoreFailure {
    init(state: String, words: String) {
        switch state {
        case "53100": self = .full
        // Two who changed the same rows at once; the next try finds them as they are then.
        case "40001", "40P01", "55P03": self = .busy
        case "57014": self = .unavailable("the statement was cancelled by the database")
        case "25006": self = .unavailable("the database cannot be written: it is a standby, or was made read-only")
        case "42501": self = .unavailable("\(words): the role that serves lacks a right; run: mandate init")
        case "42P01", "42703", "3F000": self = .unavailable("\(words): this is no store, or one of another version")
        case "XX001", "XX002": self = .damaged(words)
        default: self = Self.byClass(state.prefix(2), state, words)
        }
    }

    private static func byClass(_ kind: Substring, _ state: String, _ words: String) -> StoreFailure {
        switch kind {
        case "23": .conflict("this would contradict what is stored: \(words)")
        case "22": .conflict("a value does not fit the store: \(words)")
        case "08", "57": .unavailable("the database is not there: \(words)")
        case "53": .unavailable("the database has not enough of something: \(words)")
        case "54": .conflict("a value is too big for the store")
        case "58": .unavailable("the database's disk failed: \(words)")
        default: .unavailable("\(words) (PostgreSQL \(state))")
        }
    }

    /// A connection that did not come about.
    init(connecting words: String, to address: PostgresAddress) {
        self = .unavailable("the database at \(address.place) cannot be reached: \(words)")
    }
}
