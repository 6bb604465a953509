using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>A mining.notify of the Bitcoin dialect, checked and in header byte order.</summary>
internal sealed record BitcoinNotice(string JobId, BitcoinRecipe Recipe, Target NetworkTarget, int Height, bool Clean);

/// <summary>
/// Reads [job, prevhash, coinb1, coinb2, [branch...], version, nbits, ntime, clean]. prevhash arrives with the bytes of
/// each of its eight words reversed; numbers are big-endian hex.
/// </summary>
internal static class NotifyDecoder
{
    public const int CoinbasePartBytesMax = 32 * 1024;

    public const int BranchesMax = 32;

    private const int JobIdMax = 128;

    public static bool TryDecode(in StratumMessage message, out BitcoinNotice? notice, out string error)
    {
        notice = null;
        if (message.ParamCount < 8)
        {
            return Fail($"{message.ParamCount} params instead of 9", out error);
        }
        if (!TryJobId(message.Param(0), out string jobId))
        {
            return Fail("job id is not a text of 1 to 128 characters", out error);
        }
        if (!TryPreviousHash(message.Param(1), out Hash256 previous))
        {
            return Fail("prevhash is not 64 hex digits", out error);
        }
        if (!TryBytes(message.Param(2), out byte[] prefix) || !TryBytes(message.Param(3), out byte[] suffix) || prefix.Length == 0)
        {
            return Fail("a coinbase part is not hex of 1 to 32768 bytes", out error);
        }
        if (!TryBranches(message.Param(4), out byte[] branches))
        {
            return Fail("the branches are not a list of at most 32 hashes of 64 hex digits", out error);
        }
        if (!TryHex32(message.Param(5), out uint version) || !TryHex32(message.Param(7), out uint time))
        {
            return Fail("version or ntime is not 8 hex digits", out error);
        }
        if (!TryHex32(message.Param(6), out uint bits) || !Target.TryFromCompact(bits, out Target target))
        {
            return Fail("nbits is not a target", out error);
        }
        BitcoinRecipe recipe = new()
        {
            Version = version,
            VersionMask = 0,
            PreviousHash = previous,
            CoinbasePrefix = prefix,
            CoinbaseSuffix = suffix,
            Branches = branches,
            Bits = bits,
            Time = time,
        };
        error = "";
        notice = new BitcoinNotice(jobId, recipe, target, ReadHeight(prefix), IsTrue(message.Param(message.ParamCount - 1)));
        return true;
    }

    /// <summary>Exactly 8 hex digits, big-endian; 0x is tolerated.</summary>
    public static bool TryHex32(JsonElement element, out uint value)
    {
        value = 0;
        if (!StratumMessage.TryText(element, out string text))
        {
            return false;
        }
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length is >= 1 and <= 8
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    public static bool TryBytes(JsonElement element, out byte[] bytes)
    {
        bytes = [];
        if (!StratumMessage.TryText(element, out string text) || text.Length > 2 * CoinbasePartBytesMax)
        {
            return false;
        }
        byte[] buffer = new byte[text.Length / 2];
        if (!Hex.TryDecode(text, buffer, out int written))
        {
            return false;
        }
        bytes = buffer[..written];
        return true;
    }

    private static bool TryJobId(JsonElement element, out string jobId)
    {
        // Text by the book; a bare number is sent back as its own digits.
        jobId = element.ValueKind == JsonValueKind.Number ? element.GetRawText() : "";
        return (jobId.Length > 0 || StratumMessage.TryText(element, out jobId)) && jobId.Length is >= 1 and <= JobIdMax;
    }

    private static bool TryPreviousHash(JsonElement element, out Hash256 hash)
    {
        hash = default;
        if (!TryBytes(element, out byte[] bytes) || bytes.Length != Hash256.Size)
        {
            return false;
        }
        for (int word = 0; word < Hash256.Size; word += 4)
        {
            bytes.AsSpan(word, 4).Reverse();
        }
        hash = new Hash256(bytes);
        return true;
    }

    private static bool TryBranches(JsonElement element, out byte[] branches)
    {
        branches = [];
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > BranchesMax)
        {
            return false;
        }
        byte[] all = new byte[Hash256.Size * element.GetArrayLength()];
        int at = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (!TryBytes(item, out byte[] hash) || hash.Length != Hash256.Size)
            {
                return false;
            }
            hash.CopyTo(all, at);
            at += Hash256.Size;
        }
        branches = all;
        return true;
    }

    private static bool IsTrue(JsonElement element) =>
        element.ValueKind == JsonValueKind.True || (StratumMessage.TryNumber(element, out double number) && number != 0);

    /// <summary>
    /// The height that BIP 34 puts first into the coinbase script; 0 when it is not there. For display only.
    /// </summary>
    private static int ReadHeight(ReadOnlySpan<byte> coinbasePrefix)
    {
        const int ScriptAt = 4 + 1 + 36 + 1; // version, input count, null outpoint, one-byte script length
        if (coinbasePrefix.Length <= ScriptAt)
        {
            return 0;
        }
        ReadOnlySpan<byte> script = coinbasePrefix[ScriptAt..];
        int push = script[0];
        if (push is >= 0x51 and <= 0x60)
        {
            return push - 0x50; // OP_1 to OP_16
        }
        if (push is < 1 or > 4 || script.Length < 1 + push)
        {
            return 0;
        }
        Span<byte> number = stackalloc byte[4];
        number.Clear();
        script.Slice(1, push).CopyTo(number);
        return Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(number));
    }

    private static bool Fail(string message, out string error)
    {
        error = message;
        return false;
    }
}
