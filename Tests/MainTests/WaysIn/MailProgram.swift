import Foundation

@testable import Main

/// A program that people really send mail with, and how it is told to use us: by host, port, name and key, or by the path of `sendmail`.
struct MailProgram: Sendable, CustomStringConvertible {
    let name: String
    /// Without all of these it is not installed.
    let needs: [String]
    /// It writes the message itself, so that only the text can be compared.
    var composes = false
    let words: @Sendable (ServedHouse, _ letter: Letter) throws -> [String]

    var description: String { name }

    var isInstalled: Bool { needs.allSatisfy { FileManager.default.fileExists(atPath: $0) } }

    /// The same message in the forms that programs want.
    struct Letter: Sendable {
        let author = "ann@fabrikam.example"
        let recipient = "customer@elsewhere.example"
        let subject: String
        /// With LF.
        let text = "Gr\u{FC}\u{DF}e aus dem Haus\n.\n..two dots\nFrom the beginning of a line\n\nthe last line\n"
        /// Files of the whole message.
        let lf: String
        let crlf: String

        init(_ house: ServedHouse, _ subject: String) throws {
            self.subject = subject
            let message =
                "From: Ann Becker <\(author)>\nTo: \(recipient)\nSubject: \(subject)\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                + "Content-Transfer-Encoding: 8bit\n\n" + text
            lf = house.folder + "/letter.lf"
            crlf = house.folder + "/letter.crlf"
            try Data(message.utf8).write(to: URL(filePath: lf))
            try Data(message.replacing("\n", with: "\r\n").utf8).write(to: URL(filePath: crlf))
        }

        func shell(_ command: String) -> [String] { ["/bin/sh", "-c", command] }
    }

    static let all: [MailProgram] = overSMTP + asSendmail

    /// The Perl modules come with Debian's recommendations, not with its needs.
    private static let gitNeeds =
        ["git-core/git-send-email"].map { "/usr/lib/" + $0 } + ["Mail/Address.pm", "Authen/SASL.pm"].map { "/usr/share/perl5/" + $0 }

    private static let overSMTP: [MailProgram] = [
        MailProgram(name: "curl", needs: ["/usr/bin/curl"]) { house, letter in
            [
                "/usr/bin/curl", "-sS", "--url", "smtp://127.0.0.1:\(house.port)/cli.test", "--user", "app:\(house.key)", "--mail-from",
                letter.author, "--mail-rcpt", letter.recipient, "-T", letter.crlf,
            ]
        },
        MailProgram(name: "swaks", needs: ["/usr/bin/swaks"]) { house, letter in
            [
                "/usr/bin/swaks", "--server", "127.0.0.1:\(house.port)", "--auth", "LOGIN", "--auth-user", "app", "--auth-password",
                house.key,
                "--from", letter.author, "--to", letter.recipient, "--helo", "cli.test", "--data", "@" + letter.lf,
            ]
        },
        MailProgram(name: "swaks pipelining", needs: ["/usr/bin/swaks"]) { house, letter in
            [
                "/usr/bin/swaks", "--server", "127.0.0.1:\(house.port)", "--pipeline", "--auth", "PLAIN", "--auth-user", "app",
                "--auth-password", house.key, "--from", letter.author, "--to", letter.recipient, "--data", "@" + letter.lf,
            ]
        },
        MailProgram(name: "msmtp", needs: ["/usr/bin/msmtp"]) { house, letter in
            letter.shell(
                "exec msmtp --host=127.0.0.1 --port=\(house.port) --auth=plain --user=app --passwordeval='echo \(house.key)' --tls=off "
                    + "--from=\(letter.author) \(letter.recipient) <\(letter.lf)")
        },
        MailProgram(name: "s-nail", needs: ["/usr/bin/s-nail"], composes: true) { house, letter in
            letter.shell(
                "tail -n +8 \(letter.lf) | exec s-nail -:/ -Sv15-compat -Smta=smtp://app:\(house.key)@127.0.0.1:\(house.port) -Ssmtp-auth=plain "
                    + "-Sttycharset=utf-8 -Smime-encoding=8b -Sfrom='Ann Becker <\(letter.author)>' -s '\(letter.subject)' \(letter.recipient)"
            )
        },
        MailProgram(name: "mutt", needs: ["/usr/bin/mutt"], composes: true) { house, letter in
            letter.shell(
                "tail -n +8 \(letter.lf) | exec env LC_ALL=C.UTF-8 mutt -F /dev/null -e 'set smtp_url=smtp://app:\(house.key)@127.0.0.1:\(house.port)' "
                    + "-e 'set ssl_starttls=no ssl_force_tls=no smtp_authenticators=plain from=\(letter.author) use_envelope_from=yes copy=no' "
                    + "-e 'set charset=utf-8 send_charset=utf-8 allow_8bit=yes' -s '\(letter.subject)' \(letter.recipient)")
        },
        MailProgram(name: "Python smtplib", needs: ["/usr/bin/python3"]) { house, letter in
            let program =
                "import smtplib; s=smtplib.SMTP('127.0.0.1',\(house.port)); s.login('app','\(house.key)'); "
                + "s.sendmail('\(letter.author)',['\(letter.recipient)'],open('\(letter.crlf)','rb').read()); s.quit()"
            return ["/usr/bin/python3", "-c", program]
        },
        MailProgram(name: "git send-email", needs: gitNeeds) { house, letter in
            [
                "/usr/bin/git", "-c", "user.name=Ann Becker", "-c", "user.email=\(letter.author)", "send-email", "--smtp-server=127.0.0.1",
                "--smtp-server-port=\(house.port)", "--smtp-user=app",
                "--smtp-pass=\(house.key)", "--smtp-auth=PLAIN", "--from=Ann Becker <\(letter.author)>", "--to=\(letter.recipient)",
                "--confirm=never",
                "--suppress-cc=all", "--no-validate", "--8bit-encoding=UTF-8", letter.lf,
            ]
        },
        MailProgram(name: "nodemailer", needs: ["/usr/bin/node", "/usr/share/nodejs/nodemailer"], composes: true) { house, letter in
            let program =
                "const t=require('/usr/share/nodejs/nodemailer').createTransport({host:'127.0.0.1',port:\(house.port),ignoreTLS:true,auth:{user:'app',pass:'\(house.key)'}});"
                + "t.sendMail({from:'Ann Becker <\(letter.author)>',to:'\(letter.recipient)',subject:'\(letter.subject)',"
                + "text:require('fs').readFileSync('\(letter.lf)','utf8').split('\\n\\n').slice(1).join('\\n\\n')}).catch(e=>{console.error(e);process.exit(1)})"
            return ["/usr/bin/node", "-e", program]
        },
        MailProgram(name: "JavaMail", needs: ["/usr/bin/javac", "/usr/share/java/javax.mail.jar"]) { house, letter in
            let source = house.folder + "/Letter.java"
            try Data(java(house, letter).utf8).write(to: URL(filePath: source))
            return ["/usr/bin/java", "-cp", "/usr/share/java/javax.mail.jar:/usr/share/java/javax.activation.jar", source]
        },
    ]

    private static let asSendmail: [MailProgram] = [
        MailProgram(name: "sendmail as cron calls it", needs: ["/bin/sh"]) { house, letter in
            letter.shell("exec \(try Premises.program()) sendmail -FCronDaemon -i -B8BITMIME -oem \(letter.recipient) <\(letter.lf)")
        },
        MailProgram(name: "PHP mail()", needs: ["/usr/bin/php"]) { house, letter in
            let program =
                "exit(mail('\(letter.recipient)','\(letter.subject)',implode(\"\\n\",array_slice(explode(\"\\n\",file_get_contents('\(letter.lf)')),7)),"
                + "\"From: Ann Becker <\(letter.author)>\\r\\nContent-Type: text/plain; charset=utf-8\\r\\nContent-Transfer-Encoding: 8bit\")?0:1);"
            return ["/usr/bin/php", "-d", "sendmail_path=\(try Premises.program()) sendmail -t -i", "-r", program]
        },
        MailProgram(name: "git send-email by sendmail", needs: gitNeeds) { house, letter in
            [
                "/usr/bin/git", "-c", "user.name=Ann Becker", "-c", "user.email=\(letter.author)", "send-email",
                "--sendmail-cmd=\(try Premises.program()) sendmail -i", "--from=Ann Becker <\(letter.author)>",
                "--to=\(letter.recipient)", "--confirm=never", "--suppress-cc=all", "--no-validate", "--8bit-encoding=UTF-8", letter.lf,
            ]
        },
        MailProgram(name: "mutt by sendmail", needs: ["/usr/bin/mutt"], composes: true) { house, letter in
            letter.shell(
                "tail -n +8 \(letter.lf) | exec env LC_ALL=C.UTF-8 mutt -F /dev/null -e 'set sendmail=\"\(try Premises.program()) sendmail -oem -oi\"' "
                    + "-e 'set from=\(letter.author) use_envelope_from=yes copy=no charset=utf-8 send_charset=utf-8 allow_8bit=yes' -s '\(letter.subject)' \(letter.recipient)"
            )
        },
        MailProgram(name: "s-nail by sendmail", needs: ["/usr/bin/s-nail"], composes: true) { house, letter in
            // It runs one program, without words of its own: so it finds us by the name of a link.
            let link = house.folder + "/sendmail"
            _ = unlink(link)
            symlink(try Premises.program(), link)
            return letter.shell(
                "tail -n +8 \(letter.lf) | exec s-nail -:/ -Sv15-compat -Smta=\(link) -Sttycharset=utf-8 -Smime-encoding=8b "
                    + "-Sfrom='Ann Becker <\(letter.author)>' -s '\(letter.subject)' \(letter.recipient)")
        },
    ]

    private static func java(_ house: ServedHouse, _ letter: Letter) -> String {
        """
        import javax.mail.*; import javax.mail.internet.*; import java.io.*; import java.util.*;
        public class Letter {
            public static void main(String[] a) throws Exception {
                Properties p = new Properties();
                p.put("mail.smtp.host", "127.0.0.1"); p.put("mail.smtp.port", "\(house.port)"); p.put("mail.smtp.auth", "true");
                p.put("mail.smtp.from", "\(letter.author)"); p.put("mail.smtp.allow8bitmime", "true");
                Session s = Session.getInstance(p);
                MimeMessage m = new MimeMessage(s, new FileInputStream("\(letter.crlf)"));
                Transport t = s.getTransport("smtp");
                t.connect("app", "\(house.key)");
                t.sendMessage(m, new Address[] { new InternetAddress("\(letter.recipient)") });
                t.close();
            }
        }
        """
    }
}
