namespace Otedama.Wire;

/// <summary>Lines a miner sends: requests of the Bitcoin dialect, LF included.</summary>
public static class StratumRequests
{
    /// <summary>Asks to roll version bits inside mask; minBits is the fewest the miner can use.</summary>
    public static void ConfigureVersionRolling(WireBuffer buffer, long id, uint mask, int minBits)
    {
        Begin(buffer, id, "mining.configure"u8);
        buffer.Append("[\"version-rolling\"],{\"version-rolling.mask\":\""u8);
        buffer.AppendHex(mask);
        buffer.Append("\",\"version-rolling.min-bit-count\":"u8);
        buffer.AppendNumber(minBits);
        buffer.Append("}]}\n"u8);
    }

    /// <summary>The session id asks the pool to resume; empty for a new session.</summary>
    public static void Subscribe(WireBuffer buffer, long id, string userAgent, string sessionId)
    {
        Begin(buffer, id, "mining.subscribe"u8);
        StratumWriter.Text(buffer, userAgent);
        if (sessionId.Length > 0)
        {
            buffer.Append((byte)',');
            StratumWriter.Text(buffer, sessionId);
        }
        buffer.Append("]}\n"u8);
    }

    public static void Authorize(WireBuffer buffer, long id, string user, string password)
    {
        Begin(buffer, id, "mining.authorize"u8);
        StratumWriter.Text(buffer, user);
        buffer.Append((byte)',');
        StratumWriter.Text(buffer, password);
        buffer.Append("]}\n"u8);
    }

    public static void ExtranonceSubscribe(WireBuffer buffer, long id) => Plain(buffer, id, "mining.extranonce.subscribe"u8);

    public static void Ping(WireBuffer buffer, long id) => Plain(buffer, id, "mining.ping"u8);

    public static void SuggestDifficulty(WireBuffer buffer, long id, double difficulty)
    {
        Begin(buffer, id, "mining.suggest_difficulty"u8);
        StratumWriter.Difficulty(buffer, difficulty);
        buffer.Append("]}\n"u8);
    }

    /// <summary>A share; versionBits is sent only when rolling was negotiated.</summary>
    public static void Submit(
        WireBuffer buffer,
        long id,
        string worker,
        string jobId,
        ReadOnlySpan<byte> extranonce2,
        uint time,
        uint nonce,
        uint? versionBits)
    {
        BeginSubmit(buffer, id, worker, jobId);
        buffer.Append(",\""u8);
        buffer.AppendHex(extranonce2);
        buffer.Append("\",\""u8);
        buffer.AppendHex(time);
        buffer.Append("\",\""u8);
        buffer.AppendHex(nonce);
        if (versionBits is uint bits)
        {
            buffer.Append("\",\""u8);
            buffer.AppendHex(bits);
        }
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>What a mining.submit of every dialect begins with: up to the job id.</summary>
    internal static void BeginSubmit(WireBuffer buffer, long id, string worker, string jobId)
    {
        Begin(buffer, id, "mining.submit"u8);
        StratumWriter.Text(buffer, worker);
        buffer.Append((byte)',');
        StratumWriter.Text(buffer, jobId);
    }

    private static void Plain(WireBuffer buffer, long id, ReadOnlySpan<byte> method)
    {
        Begin(buffer, id, method);
        buffer.Append("]}\n"u8);
    }

    private static void Begin(WireBuffer buffer, long id, ReadOnlySpan<byte> method)
    {
        buffer.Append("{\"id\":"u8);
        buffer.AppendNumber(id);
        buffer.Append(",\"method\":\""u8);
        buffer.Append(method);
        buffer.Append("\",\"params\":["u8);
    }
}
