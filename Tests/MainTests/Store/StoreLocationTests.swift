import Foundation
import Testing
@testable import Main

struct StoreLocationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var option: String?
        var environment: [String: String] = [:]
        var folders: Set<String> = []
        var texts: [String: String] = [:]
        let folder: String
        let origin: StoreLocation.Origin
        /// nil: the folder.
        var place: String?
    }

    static let cases = [
        Case(
            testDescription: "the option wins", option: "/o", environment: ["MANDATE_STORE": "/e"], folders: ["/var/lib/mandate"],
            folder: "/o", origin: .option),
        Case(
            testDescription: "then the environment", environment: ["MANDATE_STORE": "/e"], folders: ["/var/lib/mandate"],
            texts: ["/etc/mandate": "/m"], folder: "/e", origin: .environment),
        Case(
            testDescription: "an empty variable is none", environment: ["MANDATE_STORE": ""], texts: ["/etc/mandate": "/m\n"], folder: "/m",
            origin: .machine),
        Case(
            testDescription: "the machine's file", folders: ["/var/lib/mandate"], texts: ["/etc/mandate": "# where\n\n /srv/mail \n"],
            folder: "/srv/mail", origin: .machine),
        Case(
            testDescription: "the machine's folder", folders: ["/etc/mandate"], texts: ["/etc/mandate/store": "/srv/mail"],
            folder: "/srv/mail",
            origin: .machine),
        Case(
            testDescription: "a file with comments alone says nothing", folders: ["/var/lib/mandate"], texts: ["/etc/mandate": "# nothing"],
            folder: "/var/lib/mandate", origin: .system),
        Case(testDescription: "the system's", folders: ["/var/lib/mandate"], folder: "/var/lib/mandate", origin: .system),
        Case(testDescription: "the user's", folder: "/home/ann/.local/state/mandate", origin: .user),
        Case(testDescription: "the user's, by XDG", environment: ["XDG_STATE_HOME": "/x"], folder: "/x/mandate", origin: .user),
        Case(
            testDescription: "a relative XDG folder is ignored", environment: ["XDG_STATE_HOME": "x"],
            folder: "/home/ann/.local/state/mandate", origin: .user),
        Case(
            testDescription: "a database, with the machine's part where the user's store would be",
            option: "postgres://bob@db.example.org/mail",
            folder: "/home/ann/.local/state/mandate/postgres/db.example.org_mail_mandate", origin: .option,
            place: "postgres://bob@db.example.org/mail"),
        Case(
            testDescription: "a database that the machine's file names", folders: ["/var/lib/mandate"],
            texts: ["/etc/mandate": "service=mail\n"],
            folder: "/var/lib/mandate/postgres/mail_mandate", origin: .machine, place: "service=mail"),
        Case(
            testDescription: "a schema of its own has a folder of its own",
            environment: ["MANDATE_STORE": "postgres:///mail?host=/run/pg&schema=two"],
            folder: "/home/ann/.local/state/mandate/postgres/_run_pg_mail_two", origin: .environment,
            place: "postgres:///mail?host=/run/pg&schema=two"),
    ]

    @Test(arguments: cases) func isFound(_ example: Case) throws {
        let files = StoreLocation.Files(isFolder: { example.folders.contains($0) }, text: { example.texts[$0] })
        let location = try StoreLocation(option: example.option, environment: example.environment, home: "/home/ann", files: files)
        #expect(location.folder == example.folder)
        #expect(location.origin == example.origin)
        #expect(location.name == example.place ?? example.folder)
    }

    @Test(arguments: ["srv/mail", "store = /srv/mail"]) func theMachinesFileNamesAFullPath(_ text: String) {
        let files = StoreLocation.Files(isFolder: { _ in false }, text: { $0 == "/etc/mandate" ? text : nil })
        let failure = #expect(throws: CommandFailure.self) {
            try StoreLocation(option: nil, environment: [:], home: "/", files: files)
        }
        #expect(failure?.status == .configuration)
    }
}
