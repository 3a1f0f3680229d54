/// What kind of mistake a change is refused for. Stable: programs branch on the word.
package enum MistakeCode: String, Sendable, Hashable, CaseIterable {
    /// Something is not what it has to be, whatever the directory says: no address, no date, missing.
    case malformed
    /// It contradicts itself or the directory.
    case invalid
    /// Something that it names is not there.
    case unknownName = "unknown-name"
    case ambiguousName = "ambiguous-name"
    /// What is to be changed is not there.
    case notFound = "not-found"
    /// There is such a thing already, and it is another.
    case taken
    /// Something that stays still needs it.
    case inUse = "in-use"
    /// Nobody could change anything any more.
    case lastAdministrator = "last-administrator"
    /// Somebody else changed it since it was read.
    case changedMeanwhile = "changed-meanwhile"
    /// It is not possible in the state it is in.
    case wrongState = "wrong-state"
    /// It is not done in this way, or not unless the service is told to.
    case notPermitted = "not-permitted"
    /// A provider was asked, and does not take it.
    case refusedByProvider = "refused-by-provider"
    /// A provider could not be asked; nothing is known.
    case unreachable
}
