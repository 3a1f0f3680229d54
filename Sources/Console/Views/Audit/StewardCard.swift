internal import Relay
internal import struct FoundationEssentials.Date

/// Who answers for a thing, what it is for and when somebody looks at it again, on its own page, with the form that says so.
struct StewardCard: Sendable {
    let entity: DirectoryEntity
    /// The page it stands on.
    let place: String
    let now: Date

    var document: DocumentValue.Entry {
        let steward = entity.stewardship ?? .none
        let isDue = steward.review.map { $0 <= now } ?? false
        return .init(
            "steward",
            [
                "owner": .text(steward.owner), "purpose": .text(steward.purpose), "review": Words.day(steward.review),
                "is_due": .flag(isDue), "next_review": isDue ? .null : DocumentValue(steward.review?.day),
                "confirm_href": .text("/review/\(entity.kind.rawValue)/\(PercentCoding.encode(entity.key.id))/confirm"),
                "place": .text(place),
            ])
    }
}
