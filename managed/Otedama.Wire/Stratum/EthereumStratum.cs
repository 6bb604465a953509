using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Lines of EthereumStratum/1.0.0 as KawPow miners speak it: a subscribe names it, difficulty is a number, the job's height
/// is text, and a share carries neither header nor mix. LF included; both directions.
/// </summary>
public static class EthereumStratum
{
    /// <summary>What mining.subscribe asks for by its second parameter.</summary>
    public const string Name = "EthereumStratum/1.0.0";

    /// <summary>Difficulty 1 of mining.set_difficulty: 0xffff * 2^208, other than that of the KawPow dialect.</summary>
    public static Target DifficultyOne => Target.BitcoinOne;

    public static bool IsAskedFor(JsonValue subscribe) =>
        subscribe.Element(1).GetText(Name.Length + 1).Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the reply to mining.subscribe says that the pool speaks it.</summary>
    public static bool IsAnsweredBy(JsonValue result) =>
        result.Element(0).Element(2).GetText(Name.Length + 1).Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The reply to mining.subscribe: every nonce begins with extranonce1, which submits leave out.</summary>
    public static void Subscribed(WireBuffer buffer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> extranonce1)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":[[\"mining.notify\",\""u8);
        buffer.AppendHex(sessionId);
        buffer.Append("\",\"EthereumStratum/1.0.0\"],\""u8);
        buffer.AppendHex(extranonce1);
        buffer.Append("\"],\"error\":null}\n"u8);
    }

    /// <summary>
    /// Valid from the next notify on. Rounded so that the target the miner works out is never easier than the one meant.
    /// </summary>
    public static void SetDifficulty(WireBuffer buffer, Target target)
    {
        double difficulty = target.ToDifficulty(DifficultyOne);
        StratumWriter.SetDifficulty(buffer, Math.Ceiling(difficulty * 1e9) / 1e9);
    }

    public static void Notify(WireBuffer buffer, Job job)
    {
        KawPowRecipe recipe = (KawPowRecipe)job.Recipe;
        buffer.Append("{\"id\":null,\"method\":\"mining.notify\",\"params\":[\""u8);
        buffer.AppendHex(job.Id);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.SeedHash.Span);
        buffer.Append("\",\""u8);
        KawPowWriter.AppendShown(buffer, recipe.HeaderHash);
        buffer.Append("\",\""u8);
        buffer.AppendNumber(job.Height);
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>
    /// Reads the params of mining.notify: job, seed hash, header hash, height as text (decimal or 0x) or number, and perhaps
    /// clean. Target and bits are not in it.
    /// </summary>
    public static bool TryReadNotify(JsonValue parameters, out KawPowNotify? notify, out string problem)
    {
        notify = null;
        JsonValue job = parameters.Element(0);
        Span<byte> seed = stackalloc byte[Hash256.Size];
        Span<byte> header = stackalloc byte[Hash256.Size];
        if (!job.IsString || job.Inner.IsEmpty || job.Inner.Length > KawPowNotify.JobIdCharactersMax)
        {
            problem = $"mining.notify: job id is not a string of 1 to {KawPowNotify.JobIdCharactersMax} characters";
            return false;
        }
        if (!KawPowSubmit.TryGetHash(parameters.Element(1), seed) || !KawPowSubmit.TryGetHash(parameters.Element(2), header))
        {
            problem = "mining.notify: seed hash or header hash is not 64 hex digits";
            return false;
        }
        if (!TryReadHeight(parameters.Element(3), out int height))
        {
            problem = $"mining.notify: height is not a number from 0 to {KawPow.HeightMax}, as text or plain";
            return false;
        }
        header.Reverse();
        notify = new KawPowNotify
        {
            JobId = job.GetText(KawPowNotify.JobIdCharactersMax),
            HeaderHash = new Hash256(header),
            SeedHash = seed.ToArray(),
            Target = null,
            Clean = parameters.Element(4).IsTrue,
            Height = height,
            Bits = 0,
        };
        problem = "";
        return true;
    }

    private static bool TryReadHeight(JsonValue value, out int height)
    {
        string text = value.GetText(20);
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool read = value.TryGetInt64(out long number)
            || long.TryParse(hex ? text.AsSpan(2) : text, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number);
        height = (int)Math.Clamp(number, 0, KawPow.HeightMax);
        return read && number == height;
    }

    /// <summary>nonce: the bytes after extranonce 1, most significant first.</summary>
    public static void Submit(WireBuffer buffer, long id, string worker, string jobId, ReadOnlySpan<byte> nonce)
    {
        StratumRequests.BeginSubmit(buffer, id, worker, jobId);
        buffer.Append(",\""u8);
        buffer.AppendHex(nonce);
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>
    /// Params of mining.submit: worker, job, nonce without extranonce 1. Some miners send all of it; then it has to begin
    /// with extranonce 1, which the checks of the share see to. 0x is optional.
    /// </summary>
    public static bool TryReadSubmit(JsonValue parameters, ReadOnlySpan<byte> extranonce1, out JsonValue job, out ulong nonce, out string problem)
    {
        job = parameters.Element(1);
        nonce = 0;
        if (!parameters.Element(0).IsString || !job.IsString)
        {
            problem = "mining.submit needs worker, job, nonce";
            return false;
        }
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (!parameters.Element(2).TryGetHex(bytes, out int length) || (length != bytes.Length && length != bytes.Length - extranonce1.Length))
        {
            int digits = 2 * (bytes.Length - extranonce1.Length);
            problem = $"the nonce has to be {digits} hex digits, those after the {2 * extranonce1.Length} of extranonce 1";
            return false;
        }
        if (length < bytes.Length)
        {
            Span<byte> whole = stackalloc byte[sizeof(ulong)];
            extranonce1.CopyTo(whole);
            bytes[..length].CopyTo(whole[extranonce1.Length..]);
            whole.CopyTo(bytes);
        }
        nonce = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        problem = "";
        return true;
    }
}
