using Otedama.Core;

namespace Otedama.Wire;

/// <summary>The pool's answer to mining.subscribe, as a miner reads it.</summary>
/// <param name="SessionId">Handed back on reconnect to resume; empty when the pool gave none.</param>
public sealed record SubscribeResult(string SessionId, byte[] Extranonce1, int Extranonce2Size)
{
    /// <summary>Accepts the list of subscriptions in any order, or null in its place.</summary>
    public static bool TryParse(JsonValue result, out SubscribeResult? parsed)
    {
        parsed = null;
        Span<byte> extranonce1 = stackalloc byte[Extranonce.MaxLength];
        if (!result.Element(1).TryGetHex(extranonce1, out int length)
            || !result.Element(2).TryGetInt64(out long size)
            || size is < 1 or > Extranonce.MaxLength
            || length + size > Extranonce.MaxLength)
        {
            return false;
        }
        parsed = new SubscribeResult(FindSession(result.Element(0)), extranonce1[..length].ToArray(), (int)size);
        return true;
    }

    private static string FindSession(JsonValue subscriptions)
    {
        string session = "";
        foreach (JsonValue pair in subscriptions.Elements())
        {
            if (pair.IsArray && (session.Length == 0 || pair.Element(0).Inner.SequenceEqual("mining.notify"u8)))
            {
                session = pair.Element(1).GetText(128);
            }
        }
        return session;
    }
}
