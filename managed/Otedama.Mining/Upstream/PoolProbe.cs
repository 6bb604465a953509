using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>What one look at a pool found. Times are in milliseconds; Problem is null when a Stratum server answered.</summary>
/// <param name="ConnectMs">Name resolution, TCP and, for a TLS address, the handshake; null when there was none.</param>
/// <param name="AnswerMs">From the subscription to its answer.</param>
public sealed record PoolProbeResult(double? ConnectMs, double? AnswerMs, string? Problem);

/// <summary>
/// Tries a pool the way a miner begins: connects, completes TLS where the address asks for it, subscribes, and waits for the
/// answer to that. Nothing is logged in to and nothing is mined.
/// </summary>
public static class PoolProbe
{
    private const int LinesMax = 16; // a pool may send a job or a difficulty before the answer
    private const int LineBytesMax = 64 * 1024;
    private const int QuestionId = 1;

    /// <summary>Takes at most about three times patience. Throws OperationCanceledException when stop is cancelled.</summary>
    public static async Task<PoolProbeResult> RunAsync(
        PoolUrl url, string userAgent, TimeSpan patience, TimeProvider clock, CancellationToken stop)
    {
        long started = clock.GetTimestamp();
        double? connected = null;
        try
        {
            StratumTimings timings = new() { Connect = patience };
            await using Stream stream = await PoolDialer.ConnectAsync(url, timings, null, static _ => { }, clock, stop);
            connected = clock.GetElapsedTime(started).TotalMilliseconds;
            long asked = clock.GetTimestamp();
            string? problem = await AskAsync(stream, url, userAgent, patience, clock, stop);
            return new PoolProbeResult(connected, problem is null ? clock.GetElapsedTime(asked).TotalMilliseconds : null, problem);
        }
        catch (Exception e) when (e is UpstreamException or IOException or AuthenticationException)
        {
            return new PoolProbeResult(connected, null, connected is null ? e.Message : $"the connection broke before an answer: {e.Message}");
        }
    }

    /// <summary>Null when a Stratum server answered; otherwise what is there instead.</summary>
    private static async Task<string?> AskAsync(
        Stream stream, PoolUrl url, string userAgent, TimeSpan patience, TimeProvider clock, CancellationToken stop)
    {
        using CancellationTokenSource deadline = new(patience, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        try
        {
            byte[] question = Encoding.UTF8.GetBytes($"{{\"id\":{QuestionId},\"method\":\"mining.subscribe\",\"params\":[\"{userAgent}\"]}}\n");
            await stream.WriteAsync(question, either.Token);
            await stream.FlushAsync(either.Token);
            byte[] buffer = new byte[LineBytesMax];
            int length = 0;
            for (int lines = 0; lines < LinesMax;)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(length), either.Token);
                if (read == 0)
                {
                    return length > 0 ? NotStratum(buffer.AsSpan(0, length), url)
                        : $"it closed the connection without an answer{(url.Tls ? "" : "; if this is a TLS port, try stratum+ssl://")}";
                }
                length += read;
                while (buffer.AsSpan(0, length).IndexOf((byte)'\n') is var end and >= 0)
                {
                    bool? answer = IsAnswer(buffer.AsSpan(0, end));
                    if (answer is not false)
                    {
                        return answer is true ? Refusal(buffer.AsSpan(0, end)) : NotStratum(buffer.AsSpan(0, length), url);
                    }
                    lines++;
                    buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                    length -= end + 1;
                }
                if (length == buffer.Length || buffer.AsSpan(0, length).StartsWith("HTTP/"u8))
                {
                    return NotStratum(buffer.AsSpan(0, length), url);
                }
            }
            return $"{LinesMax} lines and no answer to mining.subscribe among them";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"connected, but no answer to mining.subscribe within {patience.TotalSeconds:0} s; "
                + (url.Tls ? "is this a Stratum port?" : "is this a Stratum port, and does it want TLS (stratum+ssl://)?");
        }
    }

    /// <summary>True for the answer to our question, false for another Stratum message, null for what is none.</summary>
    private static bool? IsAnswer(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument message = JsonDocument.ParseValue(ref reader);
            JsonElement root = message.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !(root.TryGetProperty("id", out _) || root.TryGetProperty("method", out _)))
            {
                return null;
            }
            return root.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.Number
                && id.TryGetInt32(out int number) && number == QuestionId && !root.TryGetProperty("method", out _);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Why the pool does not take the subscription; null when it does.</summary>
    private static string? Refusal(ReadOnlySpan<byte> answer) =>
        StratumMessage.TryParse(answer, out StratumMessage message) && StratumReason.IsRefusal(message)
            ? $"it refuses mining.subscribe: {StratumReason.Read(message)}"
            : null;

    private static string NotStratum(ReadOnlySpan<byte> bytes, PoolUrl url)
    {
        if (bytes.StartsWith("HTTP/"u8))
        {
            return "a web server answers there, not a Stratum server; check the port";
        }
        if (bytes.Length > 1 && bytes[0] is 0x15 or 0x16 && bytes[1] == 3 && !url.Tls)
        {
            return "it wants TLS; use stratum+ssl:// with this host and port"; // a TLS record: alert or handshake
        }
        string start = Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 40)]);
        string shown = new([.. start.Select(static c => char.IsControl(c) || c == '?' ? '.' : c)]);
        return $"it answers \"{shown}\", which is not Stratum; check the port";
    }
}
