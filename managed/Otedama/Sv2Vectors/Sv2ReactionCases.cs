using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Section malformed: what a server, or for what only servers send a client, does with one frame. The server is the
/// pool's own state machine, with one channel of the id that the frame names, eight bytes of extranonce granted.
/// </summary>
internal sealed partial class Sv2ReactionCases
{
    /// <param name="Answers">Names, flags and codes of what was sent back.</param>
    /// <param name="Bool">version_rolling_allowed of a job, else null.</param>
    /// <param name="HasTail">Bytes are behind the last field of a share.</param>
    private sealed record Reaction(
        Sv2Outcome Outcome, List<string> Answers, string Worker = "", bool? Bool = null, bool HasTail = false)
    {
        public override string ToString()
        {
            string how = Outcome switch
            {
                Sv2Outcome.Malformed => "malformed: close",
                Sv2Outcome.Close => "close",
                Sv2Outcome.Dropped => "ignore and count",
                _ => "accept",
            };
            return Answers.Count == 0 ? how : $"{string.Join(", ", Answers)}{(how == "accept" ? "" : $", {how}")}";
        }
    }

    private const string SameAsAbove = "accept; same as above";

    /// <summary>The worker that was heard of the last share with one, for the next that says "same as above".</summary>
    private string? _worker;

    public string? Check(Sv2Case one)
    {
        byte[] frame = one.Bytes("frame");
        string expected = one.Text("expect");
        Reaction without = React(frame, withExtension: false);
        Reaction with = React(frame, withExtension: true);
        string? above = _worker;
        _worker = with.Worker.Length > 0 ? with.Worker : above;
        string? wrong = Judge(expected, without, frame);
        // What is behind a share counts only where its extension was negotiated, and must not harm where it was not.
        Match named = WorkerPattern().Match(expected);
        if (wrong is not null || (!named.Success && expected != SameAsAbove))
        {
            return wrong;
        }
        string worker = named.Success ? named.Groups[1].Value
            : above ?? throw new FormatException("\"expect\": no case above it has a worker");
        return Judge(expected, with, frame) ?? Sv2Text.Differs("worker", worker, with.Worker)
            ?? Sv2Text.Differs("worker without the extension", "", without.Worker);
    }

    /// <summary>Every word of the text is judged; what is in parentheses only where it says what decides.</summary>
    private static string? Judge(string expected, Reaction got, ReadOnlySpan<byte> frame)
    {
        string answers = string.Join(", ", got.Answers);
        Sv2Header header = Sv2Header.Read(frame);
        bool isClosed = got.Outcome is Sv2Outcome.Close or Sv2Outcome.Malformed;
        bool isOfServer = header.Type is { } type && IsOfServer(type);
        bool isAccepted = got.Outcome == Sv2Outcome.Done && !answers.Contains(".Error", StringComparison.Ordinal);
        bool good = expected switch
        {
            "true" or "false" => got.Bool == (expected == "true"),
            _ when expected.Contains(".Error ", StringComparison.Ordinal) => IsAnswered(expected, answers)
                && expected.EndsWith(", close", StringComparison.Ordinal) == isClosed,
            _ when Starts(expected, "Success used_version ") => !isClosed
                && answers == $"SetupConnection.Success used_version {expected["Success used_version ".Length..]} flags 0",
            _ when SuccessPattern().Match(expected) is { Success: true } named => !isClosed
                && (answers == expected || (named.Length == expected.Length && Starts(answers, expected + " "))),
            "malformed: close" => got.Outcome == Sv2Outcome.Malformed && !isOfServer,
            "client: malformed, close" => got.Outcome == Sv2Outcome.Malformed && isOfServer,
            "ignore and count" => got.Outcome == Sv2Outcome.Dropped,
            "ignore and count (we are the endpoint)" => got.Outcome == Sv2Outcome.Dropped && header.HasChannelBit,
            "close" => isClosed && got.Answers.Count == 0,
            "accept" => isAccepted,
            "accept (type decides)" => isAccepted
                && header.Type is { } decides && header.HasChannelBit != Sv2Messages.IsOfChannel(decides),
            "accept, ignore the tail" => isAccepted && got.HasTail && got.Worker.Length == 0,
            SameAsAbove => isAccepted && got.HasTail,
            _ when WorkerPattern().IsMatch(expected) => isAccepted && got.HasTail,
            _ => throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)} is no reaction this program knows"),
        };
        return good ? null : $"expected {Sv2Text.Shown(expected)}, got \"{got}\"";
    }

    private static bool Starts(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);

    /// <summary>"Name flags 2, code[, close]" against "Name flags 2 code"; only SetupConnection has flags.</summary>
    private static bool IsAnswered(string expected, string answer)
    {
        Match match = ErrorPattern().Match(expected);
        if (!match.Success)
        {
            throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)} is no error answer this program knows");
        }
        string flags = match.Groups["flags"].Value;
        if (flags.Length > 0 != (match.Groups["name"].Value == "SetupConnection.Error"))
        {
            throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)}: only SetupConnection.Error has flags, and always");
        }
        uint number = flags.Length == 0 ? 0
            : flags.StartsWith("0x", StringComparison.Ordinal)
                ? uint.Parse(flags[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : uint.Parse(flags, NumberStyles.None, CultureInfo.InvariantCulture);
        string name = match.Groups["name"].Value;
        string told = name == "SetupConnection.Error" ? FormattableString.Invariant($"{name} flags {number} {match.Groups["code"].Value}")
            : $"{name} {match.Groups["code"].Value}";
        return answer == told;
    }

    private static Reaction React(byte[] frame, bool withExtension)
    {
        if (frame.Length < Sv2Header.Size)
        {
            throw new FormatException($"\"frame\" has {frame.Length} bytes, a header alone has {Sv2Header.Size}");
        }
        Sv2Header header = Sv2Header.Read(frame);
        ReadOnlySpan<byte> payload = frame.AsSpan(Sv2Header.Size);
        if (header.Length != payload.Length || header.Length > Sv2Messages.ServerPayloadMax)
        {
            return new Reaction(Sv2Outcome.Malformed, []); // such a frame ends no sooner than the connection
        }
        if (header.Type is { } type && IsOfServer(type))
        {
            return AsClient(type, payload);
        }
        return header.Length > Sv2Messages.ClientPayloadMax
            ? new Reaction(Sv2Outcome.Malformed, []) : AsServer(header, payload, withExtension);
    }

    /// <summary>What only a server says is judged as a client judges it: by its form.</summary>
    private static bool IsOfServer(Sv2Type type) => Sv2Messages.IsOfMining(type) && type is not (
        Sv2Type.SetupConnection or Sv2Type.OpenStandardMiningChannel or Sv2Type.OpenExtendedMiningChannel
        or Sv2Type.UpdateChannel or Sv2Type.CloseChannel or Sv2Type.SubmitSharesStandard or Sv2Type.SubmitSharesExtended
        or Sv2Type.SetCustomMiningJob or Sv2Type.RequestExtensions);

    private static Reaction AsClient(Sv2Type type, ReadOnlySpan<byte> payload)
    {
        ClientEye eye = new(payload);
        Sv2Messages.Visit(type, ref eye);
        bool? flag = type == Sv2Type.NewExtendedMiningJob && Sv2Messages.TryRead(payload, out Sv2NewExtendedMiningJob job)
            ? job.VersionRollingAllowed : null;
        return new Reaction(eye.IsGood ? Sv2Outcome.Done : Sv2Outcome.Malformed, [], Bool: flag);
    }

    private static Reaction AsServer(Sv2Header header, ReadOnlySpan<byte> payload, bool withExtension)
    {
        Desk desk = new();
        bool isShare = header.Type is Sv2Type.SubmitSharesStandard or Sv2Type.SubmitSharesExtended;
        uint channel = isShare && payload.Length >= sizeof(uint) ? BitConverter.ToUInt32(payload) : Sv2Connection.FirstChannel;
        Sv2Connection server = new(desk, channel == uint.MaxValue ? channel - 1 : channel);
        if (header.Type != Sv2Type.SetupConnection)
        {
            Give(server, new Sv2SetupConnection { MinVersion = 2, MaxVersion = 2 });
            if (withExtension)
            {
                Give(server, new Sv2RequestExtensions { RequestedExtensions = [2, 0] });
            }
        }
        if (header.Type == Sv2Type.SubmitSharesStandard)
        {
            Give(server, new Sv2OpenStandardMiningChannel { UserIdentity = "a"u8, MaxTarget = Target.Max });
        }
        else if (isShare)
        {
            Give(server, new Sv2OpenExtendedMiningChannel { UserIdentity = "a"u8, MaxTarget = Target.Max, MinExtranonceSize = 8 });
        }
        server.Output.Clear();
        Sv2Outcome outcome = server.Receive(header, payload);
        bool hasTail = header.Type == Sv2Type.SubmitSharesStandard
            ? Sv2Messages.TryRead(payload, out Sv2SubmitSharesStandard _, out ReadOnlySpan<byte> rest, out Sv2Fault _)
                && rest.Length > 0
            : isShare && Sv2Messages.TryRead(payload, out Sv2SubmitSharesExtended _, out rest, out _) && rest.Length > 0;
        return new Reaction(outcome, Answers(server.Output.Written), desk.Worker, HasTail: hasTail);
    }

    private static void Give<TMessage>(Sv2Connection server, TMessage message)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        byte[] frame = new byte[512];
        int bytes = Sv2Messages.Write(frame, message);
        server.Receive(Sv2Header.Read(frame), frame.AsSpan(Sv2Header.Size, bytes - Sv2Header.Size));
    }

    private static List<string> Answers(ReadOnlySpan<byte> output)
    {
        List<string> answers = [];
        while (output.Length >= Sv2Header.Size)
        {
            Sv2Header header = Sv2Header.Read(output);
            ReadOnlySpan<byte> payload = output.Slice(Sv2Header.Size, header.Length);
            output = output[(Sv2Header.Size + header.Length)..];
            string name = Sv2FrameCases.NameOf(header.Type!.Value);
            answers.Add(header.Type switch
            {
                Sv2Type.SetupConnectionSuccess when Sv2Messages.TryRead(payload, out Sv2SetupConnectionSuccess m) =>
                    FormattableString.Invariant($"{name} used_version {m.UsedVersion} flags {m.Flags}"),
                Sv2Type.SetupConnectionError when Sv2Messages.TryRead(payload, out Sv2SetupConnectionError m) =>
                    FormattableString.Invariant($"{name} flags {m.Flags} {Encoding.ASCII.GetString(m.ErrorCode)}"),
                Sv2Type.OpenMiningChannelError when Sv2Messages.TryRead(payload, out Sv2OpenMiningChannelError m) =>
                    $"{name} {Encoding.ASCII.GetString(m.ErrorCode)}",
                Sv2Type.UpdateChannelError when Sv2Messages.TryRead(payload, out Sv2UpdateChannelError m) =>
                    $"{name} {Encoding.ASCII.GetString(m.ErrorCode)}",
                Sv2Type.SubmitSharesError when Sv2Messages.TryRead(payload, out Sv2SubmitSharesError m) =>
                    $"{name} {Encoding.ASCII.GetString(m.ErrorCode)}",
                Sv2Type.SetCustomMiningJobError when Sv2Messages.TryRead(payload, out Sv2SetCustomMiningJobError m) =>
                    $"{name} {Encoding.ASCII.GetString(m.ErrorCode)}",
                _ => name,
            });
        }
        return answers;
    }

    private ref struct ClientEye(ReadOnlySpan<byte> payload) : ISv2Visitor
    {
        private readonly ReadOnlySpan<byte> _payload = payload;

        public bool IsGood { get; private set; }

        public void On<TMessage>()
            where TMessage : struct, ISv2Message, allows ref struct => IsGood = Sv2Messages.TryRead(_payload, out TMessage _);
    }

    /// <summary>A pool that lets everybody in and hears the worker's name.</summary>
    private sealed class Desk : ISv2Desk
    {
        public Target Hardest => new(UInt256.One);

        public string Worker { get; private set; } = "";

        public Sv2Grant Grant(Sv2OpenRequest request, out string errorCode)
        {
            errorCode = "";
            return new Sv2Grant(new byte[request.IsStandard ? 12 : 4], Target.BitcoinOne);
        }

        public void Opened(Sv2Channel channel)
        {
        }

        public void Submit(Sv2Channel channel, Sv2Share share, ReadOnlySpan<byte> extranonce, ReadOnlySpan<byte> worker) =>
            Worker = Encoding.UTF8.GetString(worker);

        public void Updated(Sv2Channel channel, float nominalHashRate)
        {
        }

        public void Closed(Sv2Channel channel)
        {
        }
    }

    [GeneratedRegex(@"^accept; worker (\S+) when extension 2 was negotiated, else ignore$", RegexOptions.CultureInvariant)]
    private static partial Regex WorkerPattern();

    [GeneratedRegex(@"^\w+\.Success", RegexOptions.CultureInvariant)]
    private static partial Regex SuccessPattern();

    [GeneratedRegex(
        @"^(?<name>\w+\.Error)( flags( =)? (?<flags>0x[0-9a-fA-F]{1,8}|\d{1,9}))?( \([^)]*\))?,? (?<code>[a-z0-9-]+)(, close)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex ErrorPattern();
}
