internal import Web

/// What the console has in memory between requests, and what it is told of the API.
struct ConsoleState: Sendable {
    let reference: APIReference
    let invitations = DeviceInvitations()
    let imports = ImportDrafts()
}
