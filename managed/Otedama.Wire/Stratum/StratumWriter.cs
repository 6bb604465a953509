using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Writes whole lines, LF included: replies with all three keys, notifications with id null. Requests of a miner are
/// in StratumRequests, the notify line in NotifyWriter.
/// </summary>
public static class StratumWriter
{
    /// <summary>Smallest difficulty that can be written: 9 decimals.</summary>
    public const double DifficultyMin = 1e-9;

    public static void Result(WireBuffer buffer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> rawResult)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":"u8);
        buffer.Append(rawResult);
        buffer.Append(",\"error\":null}\n"u8);
    }

    public static void True(WireBuffer buffer, ReadOnlySpan<byte> id) => Result(buffer, id, "true"u8);

    public static void Error(WireBuffer buffer, ReadOnlySpan<byte> id, StratumError code, string text)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":null,\"error\":["u8);
        buffer.AppendNumber((int)code);
        buffer.Append((byte)',');
        Text(buffer, text);
        buffer.Append(",null]}\n"u8);
    }

    public static void TextResult(WireBuffer buffer, ReadOnlySpan<byte> id, string text)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":"u8);
        Text(buffer, text);
        buffer.Append(",\"error\":null}\n"u8);
    }

    /// <summary>The reply to mining.subscribe; sessionId is hex.</summary>
    public static void SubscribeResult(WireBuffer buffer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> extranonce1, int extranonce2Size)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":[[[\"mining.set_difficulty\",\""u8);
        buffer.AppendHex(sessionId);
        buffer.Append("\"],[\"mining.notify\",\""u8);
        buffer.AppendHex(sessionId);
        buffer.Append("\"]],\""u8);
        buffer.AppendHex(extranonce1);
        buffer.Append("\","u8);
        buffer.AppendNumber(extranonce2Size);
        buffer.Append("],\"error\":null}\n"u8);
    }

    public static void SetDifficulty(WireBuffer buffer, double difficulty)
    {
        buffer.Append("{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":["u8);
        Difficulty(buffer, difficulty);
        buffer.Append("]}\n"u8);
    }

    /// <summary>In place of a difficulty in the KawPow, Zcash and Verus dialects: 64 hex digits, most significant first.</summary>
    public static void SetTarget(WireBuffer buffer, Target target)
    {
        buffer.Append("{\"id\":null,\"method\":\"mining.set_target\",\"params\":[\""u8);
        TargetHex(buffer, target);
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>64 hex digits, most significant first.</summary>
    public static void TargetHex(WireBuffer buffer, Target target)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        target.Value.CopyTo(bytes);
        bytes.Reverse();
        buffer.AppendHex(bytes);
    }

    public static void SetExtranonce(WireBuffer buffer, ReadOnlySpan<byte> extranonce1, int extranonce2Size)
    {
        buffer.Append("{\"id\":null,\"method\":\"mining.set_extranonce\",\"params\":[\""u8);
        buffer.AppendHex(extranonce1);
        buffer.Append("\","u8);
        buffer.AppendNumber(extranonce2Size);
        buffer.Append("]}\n"u8);
    }

    public static void SetVersionMask(WireBuffer buffer, uint mask)
    {
        buffer.Append("{\"id\":null,\"method\":\"mining.set_version_mask\",\"params\":[\""u8);
        buffer.AppendHex(mask);
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>Tells the miner where to reconnect; an empty host means the same place.</summary>
    public static void Reconnect(WireBuffer buffer, string host, int port, int waitSeconds)
    {
        buffer.Append("{\"id\":null,\"method\":\"client.reconnect\",\"params\":["u8);
        if (host.Length > 0)
        {
            Text(buffer, host);
            buffer.Append((byte)',');
            buffer.AppendNumber(port);
            buffer.Append((byte)',');
            buffer.AppendNumber(waitSeconds);
        }
        buffer.Append("]}\n"u8);
    }

    public static void ShowMessage(WireBuffer buffer, string text)
    {
        buffer.Append("{\"id\":null,\"method\":\"client.show_message\",\"params\":["u8);
        Text(buffer, text);
        buffer.Append("]}\n"u8);
    }

    /// <summary>Plain decimal, no exponent, at most 9 decimals, trailing zeros cut.</summary>
    public static void Difficulty(WireBuffer buffer, double difficulty)
    {
        Span<byte> span = buffer.GetSpan(340); // the largest double has 309 digits before the point
        _ = Math.Max(difficulty, DifficultyMin).TryFormat(span, out int written, "F9", CultureInfo.InvariantCulture);
        buffer.Advance(span[..written].TrimEnd((byte)'0').TrimEnd((byte)'.').Length);
    }

    /// <summary>The value a peer reads back after <see cref="Difficulty"/>; grade shares by this one.</summary>
    public static double RoundDifficulty(double difficulty)
    {
        Span<byte> span = stackalloc byte[340];
        _ = Math.Max(difficulty, DifficultyMin).TryFormat(span, out int written, "F9", CultureInfo.InvariantCulture);
        _ = Utf8Parser.TryParse(span[..written], out double rounded, out _);
        return rounded;
    }

    /// <summary>A JSON string, quotes included, everything outside plain ASCII escaped.</summary>
    public static void Text(WireBuffer buffer, ReadOnlySpan<char> text)
    {
        buffer.Append((byte)'"');
        // Relaxed: a plus in a login or an umlaut stays what it is, for readers that know no \\u escapes.
        JsonEncodedText encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        buffer.Append(encoded.EncodedUtf8Bytes);
        buffer.Append((byte)'"');
    }
}
