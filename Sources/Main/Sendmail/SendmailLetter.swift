internal import Mail
internal import Relay

/// What `sendmail` has to say beside the message: who it is from and who gets it, from options and header.
struct SendmailLetter: Sendable, Hashable {
    /// An address, an account's name, or empty for the null sender.
    let sender: String
    let recipients: [String]
    /// What goes before the message's own header.
    let added: [UInt8]

    /// `header`: the lines before the empty one. `account`: who calls.
    init(_ options: SendmailOptions, header: [UInt8], account: String) throws(CommandFailure) {
        let block = try Self.block(header)
        sender = try Self.sender(options, account)
        var recipients: [String] = []
        for argument in options.recipients { recipients += try Self.addresses(Array(argument.utf8), in: "the argument \(argument)") }
        if options.readsRecipients {
            guard let block else { throw .data("-t reads the recipients from the header, and the message has none") }
            for name in [FieldName.to, .cc, .bcc] {
                for field in block.fields(named: name) { recipients += try Self.addresses(Array(field.value), in: "the \(name) field") }
            }
        }
        var seen: Set<String> = []
        self.recipients = recipients.filter { seen.insert($0).inserted }
        guard !self.recipients.isEmpty else {
            throw options.readsRecipients
                ? .data("no recipients in To, Cc or Bcc") : .usage("name the recipients, or say -t to read them from the header")
        }
        // Some programs leave From to sendmail.
        if let block, block.first(.from) == nil, let address = try? EmailAddress(sender) {
            added = FieldWriter.addresses(.from, [NamedAddress(name: options.fullName, address: address)])
        } else {
            added = block == nil ? [0x0D, 0x0A] : []
        }
    }

    /// The envelope as a file has it, before the message and told apart from its own fields.
    func envelopeFields(_ options: SendmailOptions) -> String {
        // An account's name is no address: then none was given.
        let sender = self.sender.isEmpty || self.sender.contains("@") ? "X-Sender: <\(self.sender)>\r\n" : ""
        let reports = [("notify", options.notify), ("ret", options.ret), ("envid", options.envelopeID)]
            .compactMap { name, value in value.map { " \(name)=\($0)" } }.joined()
        return sender + recipients.map { "X-Receiver: <\($0)>\r\n" }.joined() + "X-Mandate-Envelope: end\(reports)\r\n"
    }

    /// nil: the message begins with its body.
    private static func block(_ header: [UInt8]) throws(CommandFailure) -> HeaderBlock? {
        guard !header.isEmpty else { return HeaderBlock() }
        do throws(HeaderError) { return try HeaderBlock(header) } catch {
            let firstLine = header.prefix { $0 != 0x0D }
            let isField = firstLine.prefix { $0 != 0x20 && $0 != 0x09 }.contains(UInt8(ascii: ":"))
            guard isField else { return nil }
            throw .data("the header cannot be read: \(error)")
        }
    }

    private static func sender(_ options: SendmailOptions, _ account: String) throws(CommandFailure) -> String {
        // An account's name stands for no address at all; one that cannot stand in a command is as good as any.
        guard let given = options.sender else { return LocalName.isOne(account) ? account : "unknown" }
        if given.isEmpty || given == "<>" { return "" }
        let list = try addresses(Array(given.utf8), in: "-f \(given)")
        guard list.count == 1 else { throw .usage("-f wants one address") }
        return list[0]
    }

    /// Addresses, and names of accounts on this machine, which the service knows where to send.
    private static func addresses(_ bytes: [UInt8], in place: String) throws(CommandFailure) -> [String] {
        do throws(AddressError) { return try AddressList(parsing: bytes[...]).addresses.map(\.address.description) } catch {
            let names = bytes.split { [UInt8(ascii: ","), 0x20, 0x09, 0x0D, 0x0A].contains($0) }.map { String(decoding: $0, as: UTF8.self) }
            let areNames = names.allSatisfy { name in (try? EmailAddress(name)) != nil || LocalName.isOne(name) }
            guard !names.isEmpty, areNames else { throw .data("\(place): \(error)") }
            return names
        }
    }
}
