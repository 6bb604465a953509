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
internal static partial class Sv2ReactionCases
{
    /// <param name="Answers">Names, flags and codes of what was sent back.</param>
    /// <param name="Bool">version_rolling_allowed of a job, else null.</param>
    private sealed record Reaction(Sv2Outcome Outcome, List<string> Answers, string Worker = "", bool? Bool = null)
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

    public static string? Check(Sv2Case one)
    {
        byte[] frame = one.Bytes("frame");
        string expected = one.Text("expect");
        Reaction without = React(frame, withExtension: false);
        string? wrong = Judge(expected, without);
        // What is behind a share counts only where its extension was negotiated, and must not harm where it was not.
        if (wrong is null && WorkerPattern().Match(expected) is { Success: true } named)
        {
            Reaction with = React(frame, withExtension: true);
            wrong = Judge(expected, with)
                ?? Sv2Text.Differs("worker", named.Groups[1].Value, with.Worker)
                ?? Sv2Text.Differs("worker without the extension", "", without.Worker);
        }
        else if (wrong is not null && expected.Contains("negotiated", StringComparison.Ordinal))
        {
            wrong = Judge(expected, React(frame, withExtension: true));
        }
        return wrong;
    }

    /// <summary>The first words decide; then each of message, flags, version and code that the text names.</summary>
    private static string? Judge(string expected, Reaction got)
    {
        string answers = string.Join(", ", got.Answers);
        bool isError = expected.Contains(".Error ", StringComparison.Ordinal);
        bool good = expected switch
        {
            "true" or "false" => got.Bool == (expected == "true"),
            _ when isError => IsAnswered(expected, answers)
                && (!expected.EndsWith(", close", StringComparison.Ordinal) || got.Outcome == Sv2Outcome.Close),
            _ when Starts(expected, "Success used_version ") =>
                answers == $"SetupConnection.Success used_version {expected["Success used_version ".Length..]} flags 0",
            _ when SuccessPattern().Match(expected) is { Success: true } named =>
                answers == named.Value || Starts(answers, named.Value + " "),
            _ when Starts(expected, "malformed") || Starts(expected, "client: malformed") => got.Outcome == Sv2Outcome.Malformed,
            _ when Starts(expected, "ignore") => got.Outcome == Sv2Outcome.Dropped,
            _ when Starts(expected, "close") => got.Outcome is Sv2Outcome.Close or Sv2Outcome.Malformed && got.Answers.Count == 0,
            _ when Starts(expected, "accept") => got.Outcome == Sv2Outcome.Done && !answers.Contains(".Error", StringComparison.Ordinal),
            _ => throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)} is no reaction this program knows"),
        };
        return good ? null : $"expected {Sv2Text.Shown(expected)}, got \"{got}\"";
    }

    private static bool Starts(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);

    /// <summary>"Name flags 2, code, ..." against "Name flags 2 code"; flags may be missing in the text.</summary>
    private static bool IsAnswered(string expected, string answer)
    {
        Match match = ErrorPattern().Match(expected);
        if (!match.Success)
        {
            throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)} is no error answer this program knows");
        }
        string flags = match.Groups["flags"].Value;
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
        return new Reaction(outcome, Answers(server.Output.Written), desk.Worker);
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

    [GeneratedRegex(@"^accept; worker (\S+) when", RegexOptions.CultureInvariant)]
    private static partial Regex WorkerPattern();

    [GeneratedRegex(@"^\w+\.Success", RegexOptions.CultureInvariant)]
    private static partial Regex SuccessPattern();

    [GeneratedRegex(
        @"^(?<name>\w+\.Error)( flags( =)? (?<flags>0x[0-9a-fA-F]{1,8}|\d{1,9}))?( \([^)]*\))?,? (?<code>[a-z0-9-]+)",
        RegexOptions.CultureInvariant)]
    private static partial Regex ErrorPattern();
}
