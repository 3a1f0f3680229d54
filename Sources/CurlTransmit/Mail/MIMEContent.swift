internal import Mail
internal import Relay

/// A whole message in memory, as an API takes it.
struct MIMEContent {
    let bytes: [UInt8]

    init(_ message: OutgoingMessage) async throws(TransmitFailure) {
        let header: HeaderBlock
        do throws(HeaderError) { header = try HeaderBlock(message.header) } catch {
            throw TransmitFailure(stage: .request, cause: .ours("the header cannot be read: \(error)"))
        }
        let hidden = try Self.hidden(header, message.envelope)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.size + 64 * hidden.count + 16)
        // In front: a field that is added behind the others would stand behind what a signature covers last.
        if !hidden.isEmpty { bytes += FieldWriter.addresses(.bcc, hidden.map { NamedAddress(address: $0) }) }
        bytes += message.header
        bytes += [0x0D, 0x0A]
        var number = 0
        do throws(StoreFailure) {
            while let piece = try await message.body(number) {
                bytes += piece
                number += 1
            }
        } catch { throw TransmitFailure(stage: .request, cause: .ours("the body cannot be read: \(error)")) }
        self.bytes = bytes
    }

    /// Recipients whom the header does not name. Throws where it names somebody who is not to get it, since the provider would send it to them.
    private static func hidden(_ header: HeaderBlock, _ envelope: Envelope) throws(TransmitFailure) -> [EmailAddress] {
        let wanted = Set(envelope.recipients.map(\.address))
        var named: Set<EmailAddress> = []
        for name in [FieldName.to, .cc, .bcc] {
            for field in header.fields(named: name) {
                do throws(AddressError) {
                    for entry in try AddressList(parsing: field.value).addresses { named.insert(entry.address) }
                } catch {
                    throw TransmitFailure(stage: .request, cause: .notExpressible("its \(name) field cannot be read (\(error))"))
                }
            }
        }
        if let other = named.subtracting(wanted).min() {
            throw TransmitFailure(
                stage: .request, cause: .notExpressible("the header names \(other), who is not (any more) to get it"))
        }
        return envelope.recipients.map(\.address).filter { !named.contains($0) }
    }
}
