internal import FoundationEssentials
internal import Mail
internal import Relay

/// One message of `Fixtures/messages`: the bytes an application hands over, and beside them who hands it over and what should become of it.
struct DemoMessage: Sendable {
    struct Sidecar: Decodable, Sendable {
        struct Expectation: Decodable, Sendable {
            let route: String
            let mailbox: String?
            let from: String?
            let replyTo: [String]

            private enum CodingKeys: String, CodingKey {
                case route, mailbox, from
                case replyTo = "reply_to"
            }
        }

        let about: String
        let purpose: String?
        let user: String?
        let client: String
        /// "" is `<>`, null means that none was given.
        let sender: String?
        let recipients: [String]
        let expect: Expectation
        let padTo: Int?
        /// What goes wrong while it is on its way.
        let during: DemoTrouble?

        private enum CodingKeys: String, CodingKey {
            case about, during, purpose, user, client, sender, recipients, expect
            case padTo = "pad_to"
        }
    }

    let name: String
    let sidecar: Sidecar
    private let file: String

    /// Every pair of a folder, in the order of their names. A folder without one is a mistake worth saying.
    static func all(in folder: String) throws -> [DemoMessage] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw CommandFailure.input("there is no folder of messages at \(folder): name one with --messages")
        }
        let messages = try names.filter { $0.hasSuffix(".eml") }.sorted().map { try DemoMessage(folder: folder, file: $0) }
        guard !messages.isEmpty else { throw CommandFailure.input("there are no .eml files in \(folder)") }
        return messages
    }

    private init(folder: String, file: String) throws {
        name = String(file.dropLast(4))
        self.file = folder + "/" + file
        let path = folder + "/" + name + ".json"
        do {
            sidecar = try JSONDecoder().decode(Sidecar.self, from: try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure.data("\(path) does not describe its message: \(error)")
        }
    }

    /// The bytes as the application hands them over, in pieces of any size.
    func pieces() throws -> [[UInt8]] {
        let bytes = Array(try Data(contentsOf: URL(filePath: file)))
        guard let size = sidecar.padTo, bytes.count < size else { return [bytes] }
        // Lines that tell where they stand: a piece lost or doubled on the way changes the digest.
        var pieces = [bytes]
        var total = bytes.count
        var line = 0
        while total < size {
            var piece: [UInt8] = []
            while piece.count < 128 * 1024, total + piece.count < size {
                piece.append(
                    contentsOf: "record \(line) of the export, as written by the nightly run; nothing follows but the next one\r\n".utf8)
                line += 1
            }
            total += piece.count
            pieces.append(piece)
        }
        return pieces
    }

    func submission(_ directory: Directory) throws -> Submission {
        guard let client = directory.client(ClientID(trusted: sidecar.client)) else {
            throw CommandFailure.data("\(name): the company has no client \(sidecar.client)")
        }
        var submission = Submission(client: client)
        if let purpose = sidecar.purpose {
            guard let known = Purpose(rawValue: purpose) else { throw CommandFailure.data("\(name): \(purpose) is no purpose") }
            submission.purpose = known
        }
        submission.user = sidecar.user.flatMap { UserID($0) }
        submission.envelopeSender = try sidecar.sender.map { $0.isEmpty ? .null : .address(try EmailAddress($0)) }
        submission.recipients = try sidecar.recipients.map { Recipient(address: try EmailAddress($0)) }
        return submission
    }
}
