using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Otedama.Asic;

/// <summary>
/// Recognises what a file holds by its shape - a reply of any of the interfaces, in JSON, text, framed, encrypted or
/// behind an
/// HTTP head; a datagram; hex lines - and gives the normal form. Never throws, whatever the bytes.
/// </summary>
public static partial class ReplyDecoder
{
    /// <summary>Larger files are no reply.</summary>
    public const int FileLimit = 1024 * 1024;

    /// <summary>Parts of a joined reply that are looked at; the API has some thirty commands that join.</summary>
    private const int JoinedMax = 64;

    /// <summary>Refusals of a joined reply that are told in words; all are in its statuses.</summary>
    private const int RefusalsTold = 8;

    /// <summary>Address of the reading of a file.</summary>
    private const string NoAddress = "file";

    private const string NothingRead = "It is JSON of no shape that is known; nothing of it is read into the normal "
        + "form. Of VNish's REST interface info is known, of ePIC's nothing.";

    private static readonly (string Section, string Command)[] s_sections =
    [
        ("SUMMARY", "summary"), ("POOLS", "pools"), ("DEVS", "devs"), ("STATS", "stats"), ("VERSION", "version"),
            ("DEVDETAILS", "devdetails"),
        ("TEMPS", "temps"), ("FANS", "fans"), ("POWER", "power"), ("TUNERSTATUS", "tunerstatus"), ("CONFIG", "config"),
            ("NOTIFY", "notify"), ("COIN", "coin"),
    ];

    private static readonly string[] s_commands =
        ["summary", "pools", "devs", "edevs", "stats", "estats", "version", "devdetails", "temps", "fans",
            "power", "tunerstatus", "config", "notify", "coin", "status", "get_version", "get_miner_info", "get_psu",
            "get_error_code"];

    /// <param name="at">Time of the reading.</param>
    /// <param name="family">What chip frames are of, where that is known.</param>
    public static DecodedReply Decode(ReadOnlySpan<byte> file, DateTimeOffset at, ChipFamily? family = null)
    {
        if (file.Length > FileLimit)
        {
            return new DecodedReply("unknown")
            {
                Problem = $"It has {file.Length} bytes; a reply has at most {FileLimit}.",
                Offset = FileLimit
            };
        }
        int skipped = Head(file, out int? status, out bool chunked);
        HttpChunks? chunks = chunked ? HttpChunks.Read(file[skipped..]) : null;
        ReadOnlySpan<byte> body = chunks is null ? file[skipped..] : chunks.Body;
        DecodedReply decoded = Datagram(body) ?? Accessory(body) ?? Frames(body, family) ?? Control(body, family)
            ?? HexLines(body, family)
            ?? Framed(body, at) ?? Body(body, at);
        bool isError = status is not (null or (>= 200 and < 300));
        if (chunks is not null)
        {
            decoded = decoded with
            {
                Offset = chunks.Place(decoded.Offset) ?? (chunks.Problem is null ? null : chunks.End),
                Made = [.. decoded.Made.Select(one => one with { Offset = chunks.Place(one.Offset)!.Value })],
                Truncated = decoded.Truncated || chunks.Problem is not null,
                Problem = decoded.Problem ?? chunks.Problem,
            };
        }
        return decoded with
        {
            HttpStatus = status,
            Problem = !isError ? decoded.Problem
                : $"The device answered with HTTP status {status}, not with what was asked for."
                    + (decoded.Problem is { } besides ? $" {besides}" : ""),
            Offset = isError && decoded.Problem is null ? 0 : decoded.Offset + skipped,
            Made = skipped == 0 ? decoded.Made
                : [.. decoded.Made.Select(repair => repair with { Offset = repair.Offset + skipped })],
        };
    }

    /// <summary>Length of an HTTP head before the body, the status in it, and whether the body is in chunks.</summary>
    private static int Head(ReadOnlySpan<byte> file, out int? status, out bool chunked)
    {
        int blank = file.StartsWith("HTTP/1."u8) ? file.IndexOf("\r\n\r\n"u8) : -1;
        chunked = blank >= 0 && Chunked().IsMatch(Encoding.Latin1.GetString(file[..(blank + 2)]));
        status = blank >= 12 && int.TryParse(file[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out int said)
            ? said : null;
        return blank < 0 ? 0 : blank + 4;
    }

    private static DecodedReply? Datagram(ReadOnlySpan<byte> body)
    {
        if (body.Length is 0 or > 9000)
        {
            return null;
        }
        if (DiscoveryReports.Antminer(body) is { } antminer)
        {
            return Report("udp-antminer", antminer, antminer.Address.ToString());
        }
        if (DiscoveryReports.Whatsminer(body) is { } whatsminer)
        {
            return Report("udp-whatsminer", whatsminer, whatsminer.Address.ToString());
        }
        if (DiscoveryReports.Multicast(body, IPAddress.None) is { } multicast)
        {
            return Report("udp-cgminer", multicast, null);
        }
        if (DiscoveryReports.QuestionPort(body) is int port)
        {
            return new DecodedReply("udp-cgminer")
            {
                Report = new DecodedReport("cgminer multicast question", null, null, null,
                    string.Create(CultureInfo.InvariantCulture, $"asks miners to answer to UDP port {port}")),
            };
        }
        if (body.Length > 12 && body[0] == 0 && body[1] == 0 && MdnsMessage.Read(body) is { Count: > 0 } services)
        {
            MdnsService first = services[0];
            return new DecodedReply("mdns")
            {
                Report = new DecodedReport(
                    "mdns", first.Address?.ToString(), null, first.Port,
                    string.Join(", ", first.Txt.Select(static pair => $"{pair.Key}={pair.Value}").Prepend(first.Name))),
            };
        }
        return null;
    }

    private static DecodedReply Report(string kind, DiscoveryReport report, string? address) => new(kind)
    {
        Report = new DecodedReport(report.Source, address, report.Mac, report.ApiPort, report.Description),
    };

    /// <summary>Lines of the Bitaxe accessory port, each by itself; empty ones are nothing.</summary>
    private static DecodedReply? Accessory(ReadOnlySpan<byte> body)
    {
        if (!body.TrimStart("\r\n"u8).StartsWith("$BAP,"u8))
        {
            return null;
        }
        List<DecodedAccessory> lines = [];
        string? first = null;
        int bad = 0, number = 0, begin = 0, offset = 0;
        while (begin < body.Length)
        {
            int end = body[begin..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? body[begin..] : body.Slice(begin, end)).TrimEnd((byte)'\r');
            number++;
            bool isLine = BapLine.TryParse(line, out BapLine? parsed, out string problem);
            if (isLine)
            {
                lines.Add(new DecodedAccessory(parsed!.Command, parsed.Parameter, parsed.Values));
            }
            else if (line.Length > 0)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: {problem}");
                bad++;
                (first, offset) = first is null ? (problem, begin) : (first, offset);
            }
            begin = end < 0 ? body.Length : begin + end + 1;
        }
        return new DecodedReply("bap")
        {
            Accessory = lines.Count > 0 ? lines[0] : null,
            AccessoryLines = lines,
            Problem = bad <= 1 ? first : $"{bad} lines are wrong; {first}",
            Offset = first is null ? null : offset,
        };
    }

    /// <summary>
    /// What goes over a chain of chips, as it was captured: it begins with a preamble, or noise does and a good frame
    /// is behind it. Bytes that are text as they are, or a frame with text in it, are something else.
    /// </summary>
    private static DecodedReply? Frames(ReadOnlySpan<byte> bytes, ChipFamily? family)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x55, 0xAA]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xAA, 0x55]))
        {
            return Chain(FrameDecoder.Decode(bytes, family));
        }
        if (Utf8.IsValid(bytes) || (bytes.Length > 4 && bytes[4] == '{'))
        {
            return null;
        }
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(bytes, family);
        return family is not null || frames.Any(static frame => frame.IsGood) ? Chain(frames) : null;
    }

    /// <summary>Frames of a control port as they came: no text begins with such a length.</summary>
    private static DecodedReply? Control(ReadOnlySpan<byte> bytes, ChipFamily? family) =>
        family is null && bytes.Length >= 4 && bytes[1] <= 1 ? ControlFrames(bytes) : null;

    private static DecodedReply? ControlFrames(ReadOnlySpan<byte> bytes) =>
        RawDecoder.Decode(bytes) is { } frames ? new DecodedReply("bitaxe-raw") { Frames = frames } : null;

    private static DecodedReply Chain(IReadOnlyList<DecodedFrame> frames)
    {
        int bad = frames.Count(static frame => !frame.IsGood);
        DecodedFrame? first = frames.FirstOrDefault(static frame => !frame.IsGood);
        return new DecodedReply("chip-frames")
        {
            Frames = frames,
            Problem = first is null ? null
                : $"{bad} of {frames.Count} pieces are broken or noise; the first, {first.Summary} at {first.Offset}: "
                + $"{first.Problem}.",
            Offset = first?.Offset,
        };
    }

    /// <summary>
    /// The same written down: hex digits with what people put between them, a direction before them, a comment behind.
    /// Offsets count its bytes, not the file's.
    /// </summary>
    private static DecodedReply? HexLines(ReadOnlySpan<byte> body, ChipFamily? family)
    {
        if (body.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0)
        {
            return null;
        }
        List<byte> bytes = [];
        foreach (string line in Encoding.ASCII.GetString(body).Split('\n'))
        {
            string plain = Direction().Replace(line.Split('#')[0].Split("//")[0], "");
            string digits = string.Concat(
                plain.Where(static c => !char.IsWhiteSpace(c) && c is not ',' and not ':')).Replace(
                "0x", "", StringComparison.OrdinalIgnoreCase);
            if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            {
                return null;
            }
            bytes.AddRange(Convert.FromHexString(digits));
        }
        if (bytes.Count < 4)
        {
            return null;
        }
        Span<byte> whole = CollectionsMarshal.AsSpan(bytes);
        if (family is null && ControlFrames(whole) is { } control)
        {
            return control;
        }
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(whole, family);
        return family is not null || frames.Any(static frame => frame.Kind != "rubbish") ? Chain(frames)
            : new DecodedReply("hex")
            {
                Problem = "Hex digits with no frame of a chip (55AA to chips, AA55 from them) and no frame of a "
                    + "bitaxe-raw board's control port in them.",
                Offset = 0,
            };
    }

    [GeneratedRegex("\\r\\nTransfer-Encoding:[^\\r]*chunked\\s*\\r\\n", RegexOptions.IgnoreCase)]
    private static partial Regex Chunked();

    [GeneratedRegex("^\\s*(tx|rx|host|chip|->|<-|>|<)\\s*:?\\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Direction();

    /// <summary>A length before the text: Whatsminer v3.</summary>
    private static DecodedReply? Framed(ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        if (body.Length < 6 || body[4] != '{' || body[0] == '{')
        {
            return null;
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (length > FileLimit)
        {
            return null;
        }
        ReadOnlySpan<byte> text = body[4..Math.Min(body.Length, 4 + (int)length)];
        DecodedReply inner = Body(text, at);
        inner = inner with { Kind = inner.Kind == "json" ? "whatsminer-v3" : inner.Kind, Offset = inner.Offset + 4 };
        return text.Length < length
            ? inner with
            {
                Truncated = true,
                Problem = $"The frame announces {length} bytes and has {text.Length}.",
                Offset = body.Length
            }
            : inner;
    }

    private static DecodedReply Body(ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        bool isText = CgminerText.Is(body);
        TolerantReply reply = CgminerClient.Parse(body);
        DecodedReply decoded = reply.Root is { } root ? Root(root, reply, body, at, isText)
            : new DecodedReply("unknown");
        string? problem = reply.Problem is null ? decoded.Problem : $"It cannot be read whole: {reply.Problem}.";
        return decoded with
        {
            Repairs = reply.Repairs,
            Made = [.. reply.Made.Select(static made => new DecodedRepair(made.Kind.ToString(), made.Offset))],
            Truncated = reply.Truncated,
            Problem = problem,
            Offset = reply.Offset,
            Value = decoded.Value ?? (reply.Root is { } value ? Clean(value) : null),
            Reading = decoded.Reading is { } reading
                ? reading with { Repairs = reply.Repairs, Raw = new Dictionary<string, string>() } : null,
        };
    }

    private static DecodedReply Root(
        JsonElement root, TolerantReply reply, ReadOnlySpan<byte> body, DateTimeOffset at, bool isText)
    {
        if (Encrypted(root, at) is { } encrypted)
        {
            return encrypted;
        }
        if (root.Member("frequencyOptions", "voltageOptions") is not null && root.Member("ASICModel") is not null
            && root.Member("hashRate") is null)
        {
            return new DecodedReply("axeos-asic");
        }
        if (root.Member("ASICModel") is not null)
        {
            string driver = AxeosReader.IsNerdQaxe(root) ? "nerdqaxe" : "axeos";
            return new DecodedReply("axeos-info")
            {
                Reading = AxeosReader.Read(root, null, Frame(driver, at), reply.Repairs)
            };
        }
        if (root.Member("code") is not null && root.Member("msg") is { } message)
        {
            bool status = message.Member("summary", "pools", "edevs") is not null;
            bool device = message.Member("miner", "system", "network") is not null;
            return new DecodedReply("whatsminer-v3")
            {
                Reading = status || device
                    ? WhatsminerReader.ReadV3(
                        device ? message : null, status ? message : null, Frame("whatsminer-v3", at), reply.Repairs)
                        : null,
                Problem = root.Number("code") is not 0
                    ? $"The device refused: code {root.Text("code")}: {ReplyWords.Short(message.Text())}." : null,
            };
        }
        if (root.Text("event") == "update" && root.Member("data") is { ValueKind: JsonValueKind.Object } changed)
        {
            return new DecodedReply("axeos-live")
            {
                Reading = AxeosReader.Read(
                    changed, null, Frame(AxeosReader.IsNerdQaxe(changed) ? "nerdqaxe" : "axeos", at), reply.Repairs),
                Note = "A message of the live socket: after the first it holds only what changed.",
            };
        }
        if (root.Member("fw_version") is not null && root.Member("miner", "model") is not null)
        {
            ReadingFrame frame = Frame("vnish", at);
            return new DecodedReply("vnish-info")
            {
                Reading = VnishDriver.Add(frame.Begin(null, reply.Repairs), root),
            };
        }
        if (root.Member("minertype") is not null && root.Member("macaddr") is not null)
        {
            return new DecodedReply("antminer-system")
            {
                Reading = AntminerReader.Read(
                    root, new Dictionary<string, CgminerReply>(), Frame("antminer", at), reply.Repairs),
            };
        }
        if (root.Member("bitmain-fan-ctrl", "bitmain-freq") is not null && root.Member("pools") is not null)
        {
            return new DecodedReply("antminer-config")
            {
                Reading = AntminerReader.ReadConfiguration(root, Frame("antminer", at), reply.Repairs),
            };
        }
        return Cgminer(root, reply, body, at, isText) ?? new DecodedReply("json") { Note = NothingRead };
    }

    private static DecodedReply? Cgminer(
        JsonElement root, TolerantReply reply, ReadOnlySpan<byte> body, DateTimeOffset at, bool isText)
    {
        CgminerReply whole = new("", reply with { Root = root }, "");
        Dictionary<string, CgminerReply> replies = CgminerClient.Split(whole, Commands(root));
        // A single reply may have a field of such a name; parts of a joined one have sections or a status of their own.
        foreach (string command in replies.Where(
            static pair => pair.Value.Status is null && !HasSection(pair.Value)).Select(
            static pair => pair.Key).ToArray())
        {
            replies.Remove(command);
        }
        bool joined = replies.Count > 0;
        foreach ((string section, string command) in s_sections)
        {
            if (!joined && root.Member(section) is not null)
            {
                replies[command] = whole with { Command = command };
            }
        }
        if (replies.Count == 0 && whole.Status is null)
        {
            return null;
        }
        bool whatsminer = root.Member("Msg") is { ValueKind: JsonValueKind.Object }
            || replies.Values.Any(static one =>
            one.First("SUMMARY")?.Member("Factory GHS", "Power_RT", "Chip Temp Max") is not null
            || one.First("DEVS")?.Member("Factory GHS", "Effective Chips", "Chip Temp Max") is not null);
        if (!joined && whatsminer && root.Member("Msg") is { ValueKind: JsonValueKind.Object } fields)
        {
            replies[fields.Member("fw_ver", "api_ver") is not null ? "get_version"
                : fields.Member("mineroff", "btmineroff") is not null ? "status"
                : fields.Member("error_code") is not null ? "get_error_code"
                : fields.Member("pin", "vin") is not null ? "get_psu" : "get_miner_info"] = whole;
        }
        Dictionary<string, CgminerStatus> statuses = [];
        foreach ((string command, CgminerReply one) in replies.Count > 0 ? replies
            : new Dictionary<string, CgminerReply> { ["reply"] = whole })
        {
            if (one.Status is { } status)
            {
                statuses[command] = status;
            }
        }
        string driver = whatsminer ? "whatsminer-v2"
            : whole.First("INFO")?.Member("miner_version") is not null ? "antminer"
            : CgminerReader.First(replies, "config", "CONFIG")?.Member("MACAddr") is not null ? "luxos" : Driver(body);
        ReadingFrame frame = Frame(driver, at);
        FleetReading? reading = !replies.Values.Any(HasSection) ? null
            : whatsminer ? WhatsminerReader.ReadV2(replies, frame)
            : driver == "luxos" ? LuxosReader.Add(CgminerReader.Read(replies, frame), replies)
            : driver == "braiins" ? BosReader.Add(CgminerReader.Read(replies, frame), replies)
            : driver == "antminer" ? AntminerReader.Read(null, replies, frame, 0)
            : CgminerReader.Read(replies, frame);
        return new DecodedReply(whatsminer ? "whatsminer-v2" : isText ? "cgminer-text" : "cgminer")
        {
            Reading = reading,
            Statuses = statuses,
            Problem = Refusals(statuses, joined) ?? Broken(replies),
            Note = reading is null ? Unread(root) : null,
        };
    }

    /// <summary>The string of an Avalon that breaks off, though the JSON around it is whole.</summary>
    private static string? Broken(Dictionary<string, CgminerReply> replies) =>
        CgminerReader.All(replies, 32, "stats", "STATS").Concat(CgminerReader.All(replies, 32, "estats", "STATS"))
            .Select(AvalonStats.Broken).FirstOrDefault(static broken => broken is not null) is { } words
                ? $"It cannot be read whole: {words}." : null;

    /// <summary>Sections of a good reply that nothing is taken from.</summary>
    private static string? Unread(JsonElement root)
    {
        string[] sections = root.ValueKind != JsonValueKind.Object ? [] : [.. root.EnumerateObject().Where(
            static one => one.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object
                && !one.Name.Equals("STATUS", StringComparison.OrdinalIgnoreCase)
                && ((JsonElement?)one.Value).Objects(1).All(
                    static part => ((JsonElement?)part).First("STATUS") is null))
            .Select(static one => ReplyWords.Short(one.Name)).Take(RefusalsTold)];
        return sections.Length == 0 ? null : $"Nothing of {string.Join(", ", sections)} is read into the normal form.";
    }

    /// <summary>Commands a reply may be joined of: the known ones, and whatever has a STATUS of its own.</summary>
    private static string[] Commands(JsonElement root) => root.ValueKind != JsonValueKind.Object ? s_commands
        : [.. root.EnumerateObject().Where(static part => s_commands.Contains(part.Name)
            || ((JsonElement?)part.Value).Objects(1).Any(static one => ((JsonElement?)one).First("STATUS") is not null))
            .Select(static part => part.Name).Distinct().Take(JoinedMax)];

    /// <summary>What the device did not do, of a joined reply by command.</summary>
    private static string? Refusals(Dictionary<string, CgminerStatus> statuses, bool joined)
    {
        (string Command, CgminerStatus Status)[] failed = [.. statuses.Where(
            static pair => !pair.Value.IsGood && pair.Value.Letter != '?').Select(
            static pair => (pair.Key, pair.Value))];
        string more = failed.Length > RefusalsTold ? $"; and {failed.Length - RefusalsTold} more" : "";
        return failed.Length == 0 ? null : "The device refused: " + string.Join("; ", failed.Take(RefusalsTold).Select(
            one => (joined ? $"{ReplyWords.Short(one.Command)}: " : "") + ReplyWords.Short(one.Status.ToString())))
            + more + ".";
    }

    private static bool HasSection(CgminerReply reply)
    {
        foreach ((string section, string _) in s_sections)
        {
            if (reply.Root?.Member(section) is not null)
            {
                return true;
            }
        }
        return reply.Root?.Member("Msg") is not null;
    }

    private static string Driver(ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body);
        foreach ((string sign, string driver) in (ReadOnlySpan<(string, string)>)
            [("BOSMINER", "braiins"), ("BOSER", "braiins"), ("LUXMINER", "luxos"), ("VNISH", "vnish"),
                ("AVALON", "avalon"), ("MM ID0", "avalon"), ("BTMINER", "whatsminer-v2"), ("ANTMINER", "antminer")])
        {
            if (text.Contains(sign, StringComparison.OrdinalIgnoreCase))
            {
                return driver;
            }
        }
        return "cgminer";
    }

    /// <summary>{"enc":...}; with salt, newsalt, time and password beside it, or below "token", it is opened.</summary>
    private static DecodedReply? Encrypted(JsonElement root, DateTimeOffset at)
    {
        JsonElement reply = root.Member("reply") ?? root;
        string? data = reply.Member("enc") is { ValueKind: JsonValueKind.String } enc ? enc.GetString()
            : reply.Member("data") is { ValueKind: JsonValueKind.String } sent ? sent.GetString() : null;
        if (data is null || (reply.Member("enc") is null && root.Member("newsalt") is null))
        {
            return null;
        }
        JsonElement source = root.Member("token") is { ValueKind: JsonValueKind.Object } given ? given.Member("Msg")
            ?? given : root;
        string? password = root.Text("password") ?? source.Text("password");
        if (source.Text("salt") is not { } salt || source.Text("newsalt") is not { } newSalt
            || source.Text("time") is not { } time || password is null)
        {
            return new DecodedReply("whatsminer-v2-encrypted")
            {
                Problem = "It is encrypted. Put salt, newsalt and time of the get_token reply and the password "
                    + "beside it, in one object, to have it opened.",
            };
        }
        WhatsminerToken token = WhatsminerToken.Of(new FleetSecret(password), salt, newSalt, time);
        if (token.Decrypt(data) is not { } plain
            || TolerantJson.Read(Encoding.UTF8.GetBytes(plain)) is not { Root: { } opened } inner)
        {
            return new DecodedReply("whatsminer-v2-encrypted")
            {
                Problem = "It does not open with that password and token: they are not those it was made with, or it "
                + "is broken."
            };
        }
        byte[] bytes = Encoding.UTF8.GetBytes(plain);
        DecodedReply decoded = Cgminer(opened, inner, bytes, at, isText: false) ?? new DecodedReply("whatsminer-v2");
        return decoded with
        {
            Kind = "whatsminer-v2-encrypted",
            Value = Clean(opened),
            Problem = decoded.Problem ?? inner.Problem
        };
    }

    private static ReadingFrame Frame(string driver, DateTimeOffset at) => new(driver, NoAddress, at);

    /// <summary>Without secrets; the filter works on text, and what it leaves is JSON again.</summary>
    private static JsonElement? Clean(JsonElement value)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter writer = new(
            text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            WriteKnown(writer, value);
        }
        return TolerantJson.Read(Encoding.UTF8.GetBytes(SecretFilter.Clean(text.WrittenSpan))).Root;
    }

    /// <summary>The reader's mark for inf and nan becomes null; as deep as that reader goes.</summary>
    private static void WriteKnown(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    WriteKnown(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement one in value.EnumerateArray())
                {
                    WriteKnown(writer, one);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when value.GetRawText() == "-0":
                writer.WriteNullValue();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
