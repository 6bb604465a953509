using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Client of the cgminer API: one command or several joined over one connection each, JSON asked for, JSON or text
/// taken.
/// Remembers which devices do not join. Any thread.
/// </summary>
public sealed class CgminerClient(SocketExchange exchange)
{
    /// <summary>
    /// Remembered devices that do not join; when full it begins anew, which costs one more request each.
    /// </summary>
    private const int LonersMax = 4096;

    private readonly Lock _gate = new();
    private readonly HashSet<IPEndPoint> _loners = [];

    /// <summary>
    /// Asks one thing. A status of failure is not thrown: see CgminerReply.Status. Throws FleetException.
    /// </summary>
    public Task<CgminerReply> AskAsync(
        FleetTarget target, string command, string? parameter = null, CancellationToken cancel = default) =>
        AskAsync(target, Request(command, parameter), command, [], cancel);

    /// <summary>The same with secrets in the parameter, which are kept out of the reply's text.</summary>
    public Task<CgminerReply> AskAsync(
        FleetTarget target, string command, string? parameter, IEnumerable<FleetSecret> secrets,
            CancellationToken cancel) =>
        AskAsync(target, Request(command, parameter), command, secrets, cancel);

    /// <summary>
    /// Asks several things at once, or one by one where the device does not join. A command that the device does not
    /// know has
    /// a reply that says so; what could not be had at all because of a broken or absent answer is not in the result.
    /// Throws
    /// FleetException when nothing could be had.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, CgminerReply>> AskAllAsync(
        FleetTarget target, IReadOnlyList<string> commands, CancellationToken cancel)
    {
        IPEndPoint device = new(target.Address, target.Ports.Api);
        if (commands.Count > 1 && !IsLoner(device))
        {
            try
            {
                CgminerReply joined = await AskAsync(target, string.Join('+', commands), null, cancel);
                if (!joined.Body.Truncated && Split(joined, commands) is { Count: > 0 } parts)
                {
                    return parts;
                }
            }
            catch (FleetException e) when (e.Fault is FleetFault.TooBig or FleetFault.Malformed)
            {
                // One by one they are shorter.
            }
            Remember(device);
        }
        Dictionary<string, CgminerReply> replies = [];
        FleetException? first = null;
        foreach (string command in commands)
        {
            try
            {
                replies[command] = await AskAsync(target, command, null, cancel);
            }
            catch (FleetException e)
            {
                first ??= e;
                if (e.Fault is FleetFault.Unreachable or FleetFault.Timeout)
                {
                    break; // the others would only cost their time
                }
            }
        }
        return replies.Count > 0 || first is null ? replies : throw first;
    }

    /// <summary>The bytes of a request; no newline and no NUL, in one piece.</summary>
    public static byte[] Request(string command, string? parameter)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(
            bytes, new JsonWriterOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            }))
        {
            writer.WriteStartObject();
            writer.WriteString("command", command);
            if (parameter is not null)
            {
                writer.WriteString("parameter", parameter);
            }
            writer.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A field of a parameter with commas: backslash before comma and backslash.</summary>
    public static string Escape(string field) =>
        field.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    private async Task<CgminerReply> AskAsync(
        FleetTarget target, byte[] request, string command, IEnumerable<FleetSecret> secrets, CancellationToken cancel)
    {
        IPEndPoint device = new(target.Address, target.Ports.Api);
        ApiRawReply raw = await exchange.AskAsync(device, request, cancel);
        TolerantReply body = Parse(raw.Bytes);
        if (body.Root is null)
        {
            throw new FleetException(
                FleetFault.Malformed, device.ToString(),
                $"{device}: the reply to {command} cannot be read: {body.Problem} (at byte {body.Offset} of "
                    + $"{raw.Bytes.Length}).");
        }
        return new CgminerReply(command, body,
            SecretFilter.Clean(raw.Bytes, [.. secrets, target.Credentials?.Password, target.Credentials?.Totp]));
    }

    /// <summary>Either form.</summary>
    public static TolerantReply Parse(ReadOnlySpan<byte> reply) =>
        CgminerText.Is(reply) ? CgminerText.Read(reply) : TolerantJson.Read(reply);

    /// <summary>The parts of a joined reply; empty when it is none.</summary>
    public static Dictionary<string, CgminerReply> Split(CgminerReply joined, IReadOnlyList<string> commands)
    {
        Dictionary<string, CgminerReply> parts = [];
        if (joined.Root is not { ValueKind: JsonValueKind.Object } root)
        {
            return parts;
        }
        bool first = true;
        foreach (string command in commands)
        {
            foreach (JsonElement part in root.Member(command).Objects(1))
            {
                // The repairs were made to the whole: they are counted once.
                TolerantReply body = joined.Body with
                {
                    Root = part,
                    Repairs = first ? joined.Body.Repairs : 0,
                    Truncated = false,
                    Problem = null,
                    Offset = null
                };
                parts[command] = new CgminerReply(command, body, first ? joined.Text : "");
                first = false;
            }
        }
        return parts;
    }

    private bool IsLoner(IPEndPoint device)
    {
        lock (_gate)
        {
            return _loners.Contains(device);
        }
    }

    private void Remember(IPEndPoint device)
    {
        lock (_gate)
        {
            if (_loners.Count >= LonersMax)
            {
                _loners.Clear();
            }
            _loners.Add(device);
        }
    }
}
