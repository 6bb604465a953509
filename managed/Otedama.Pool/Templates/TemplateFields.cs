using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The fields of one getblocktemplate answer while it is read; every value is checked as it comes.</summary>
internal sealed partial class TemplateFields(IReadOnlyList<string> rules, Dictionary<Hash256, TemplateTransaction> known)
{
    /// <summary>Consensus allows 4,000,000 weight, and the smallest transaction has 240.</summary>
    private const int TransactionsMax = 20_000;

    /// <summary>Larger than any coin's block; keeps a broken node from filling our memory.</summary>
    private const int BlockBytesMax = 8_000_000;

    /// <summary>Room the coinbase script has left beside height, counter, extranonce and tag.</summary>
    private const int AuxBytesMax = 24;

    private const int LongPollIdMax = 512;

    private int? _height;
    private uint? _version;
    private Hash256? _previous;
    private uint? _bits;
    private uint? _time;
    private uint? _timeMin;
    private long? _value;
    private UInt256? _target;
    private List<TemplateTransaction>? _transactions;
    private byte[] _commitment = [];
    private byte[] _aux = [];
    private byte[] _suffix = [];
    private uint _versionRequired;
    private string _longPollId = "";
    private string _workId = "";
    private bool? _segwitActive; // null = the node does not list its rules
    private string? _witness; // name of the first transaction with a witness

    /// <summary>Name of the field being read, for messages.</summary>
    public string Current { get; private set; } = "(start)";

    /// <summary>The transactions of this template by witness identifier.</summary>
    public Dictionary<Hash256, TemplateTransaction> Seen { get; } = [];

    public void Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new TemplateException("the template is not a JSON object");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Current = Hex.Shorten(reader.GetString()!);
            reader.Read();
            ReadField(ref reader);
        }
    }

    public Template ToTemplate(Algorithm algorithm, HeaderFamily family, string source)
    {
        if (!family.TakesNodeCoinbase)
        {
            if (_coinbaseGiven && _value is null)
            {
                throw new TemplateException("the node gives a finished coinbase (coinbasetxn), which cannot pay the miners; coinbasevalue is needed");
            }
            _givenCoinbase = [];
        }
        GivenCoinbase? given = ParseGiven();
        uint bits = Need(_bits, "bits");
        uint time = Need(_time, "curtime");
        uint timeMin = _timeMin ?? time;
        Require(timeMin <= time, "mintime", $"{timeMin}", $"at most curtime {time}");
        Target target = Target.FromCompact(bits);
        Require(_target is null || _target == target.Value, "target", $"{_target}", $"what bits {bits:x8} says, {target}");
        List<TemplateTransaction> transactions = _transactions
            ?? throw new TemplateException("field transactions is missing");
        byte[] commitment = given is null ? CommitmentNeeded() : _commitment;
        return new Template
        {
            Algorithm = algorithm,
            Family = family,
            Height = Need(_height, "height"),
            Version = Need(_version, "version"),
            PreviousHash = Need(_previous, "previousblockhash"),
            Bits = bits,
            Time = time,
            TimeMin = timeMin,
            CoinbaseValue = given is null ? new Amount(Need(_value, "coinbasevalue")) : GivenValue(given, family),
            Transactions = transactions,
            WitnessCommitment = commitment,
            CoinbaseAux = _aux,
            GivenCoinbase = _givenCoinbase,
            GivenMinerOutput = given is null ? 0 : MinerOutput(given),
            Reserved = Reserved(given),
            Solution = family.NeedsSolution ? NeedSolution() : [],
            HeaderNonce = _nonce,
            BlockSuffix = _suffix,
            VersionRequired = _versionRequired,
            WeightLimit = _weightLimit,
            SizeLimit = _sizeLimit,
            SigOpLimit = _sigOpLimit,
            Depends = given is null ? DependsWhereFree() : null,
            LongPollId = _longPollId,
            WorkId = _workId,
            Source = source,
        };
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        switch (Current)
        {
            case "height":
                _height = (int)Number(ref reader, 1, int.MaxValue);
                break;
            case "version":
                // Core writes the version as a signed number.
                _version = unchecked((uint)Number(ref reader, int.MinValue, uint.MaxValue));
                break;
            case "previousblockhash":
                _previous = Hash(ref reader);
                break;
            case "bits":
                _bits = Bits(ref reader);
                break;
            case "curtime":
                _time = (uint)Number(ref reader, 1, uint.MaxValue);
                break;
            case "mintime":
                _timeMin = (uint)Number(ref reader, 0, uint.MaxValue);
                break;
            case "coinbasevalue":
                _value = Number(ref reader, 0, long.MaxValue);
                break;
            case "target":
                _target = Hash(ref reader).ToNumber();
                break;
            case "transactions":
                ReadTransactions(ref reader);
                break;
            default:
                ReadRareField(ref reader);
                break;
        }
    }

    private void ReadRareField(ref Utf8JsonReader reader)
    {
        switch (Current)
        {
            case "default_witness_commitment":
                _commitment = Commitment(ref reader);
                break;
            case "coinbaseaux":
                ReadAux(ref reader);
                break;
            case "mweb":
                // The extension block is optional in the serialisation; a byte of 1 says that it is there.
                byte[] block = Bytes(ref reader, BlockBytesMax);
                _suffix = block.Length == 0 ? [] : [1, .. block];
                break;
            case "weightlimit" or "sizelimit" or "sigoplimit" or "mutable":
                ReadLimitField(ref reader);
                break;
            case "vbrequired":
                _versionRequired = (uint)Number(ref reader, 0, uint.MaxValue);
                break;
            case "longpollid":
                _longPollId = Text(ref reader, LongPollIdMax);
                break;
            case "workid":
                _workId = Text(ref reader, LongPollIdMax);
                break;
            case "rules":
                ReadRules(ref reader);
                break;
            case "signet_challenge" when reader.ValueTextEquals("51"u8):
                break; // OP_TRUE: anybody may
            case "signet_challenge":
                throw new TemplateException("this signet wants blocks signed by its operators (signet_challenge); only open chains can be mined");
            default:
                ReadZcashField(ref reader);
                break;
        }
    }

    private void ReadTransactions(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new TemplateException("field transactions is not a list");
        }
        _transactions = new List<TemplateTransaction>(Math.Max(16, known.Count));
        long bytes = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Current = $"transactions[{_transactions.Count}]";
            if (_transactions.Count == TransactionsMax)
            {
                throw new TemplateException($"more than {TransactionsMax} transactions");
            }
            TemplateTransaction transaction = ReadTransaction(ref reader);
            bytes += transaction.Data.Length;
            Require(bytes <= BlockBytesMax, Current, $"{bytes} bytes so far", $"at most {BlockBytesMax}");
            _transactions.Add(transaction);
        }
    }

    private void ReadAux(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            _aux = [.. _aux, .. Bytes(ref reader, AuxBytesMax)];
            Require(_aux.Length <= AuxBytesMax, Current, $"{_aux.Length} bytes", $"at most {AuxBytesMax}");
        }
    }

    private void ReadRules(ref Utf8JsonReader reader)
    {
        _segwitActive = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            string rule = reader.GetString()!;
            bool mandatory = rule.StartsWith('!');
            _segwitActive |= rule is "segwit" or "!segwit";
            if (mandatory && !rules.Contains(rule[1..]))
            {
                throw new TemplateException($"the node demands rule \"{Hex.Shorten(rule)}\", which is unknown here; a newer release may know it");
            }
        }
    }

    private byte[] Commitment(ref Utf8JsonReader reader)
    {
        byte[] script = Bytes(ref reader, 256);
        Require(
            script.Length >= 38 && script.AsSpan().StartsWith(new byte[] { 0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed }),
            Current, Hex.Encode(script), "a script that begins 6a24aa21a9ed and has 38 bytes or more");
        return script;
    }

    private uint Bits(ref Utf8JsonReader reader)
    {
        byte[] bytes = Bytes(ref reader, 4);
        Require(bytes.Length == 4, Current, Hex.Encode(bytes), "8 hex digits");
        uint bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        Require(Target.TryFromCompact(bits, out _), Current, $"{bits:x8}", "a compact target above zero");
        return bits;
    }

    private Hash256 Hash(ref Utf8JsonReader reader)
    {
        byte[] bytes = Bytes(ref reader, Hash256.Size);
        Require(bytes.Length == Hash256.Size, Current, Hex.Encode(bytes), "64 hex digits");
        Array.Reverse(bytes);
        return new Hash256(bytes);
    }

    private byte[] Bytes(ref Utf8JsonReader reader, int bytesMax)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new TemplateException($"field {Current} is not a text");
        }
        ReadOnlySpan<byte> text = reader.ValueSpan;
        Require(text.Length <= 2 * bytesMax, Current, $"{text.Length} digits", $"at most {2 * bytesMax}");
        byte[] bytes = new byte[text.Length / 2];
        if (!Hex.TryDecode(text, bytes, out int written) || written != bytes.Length)
        {
            throw new TemplateException($"field {Current} is not hex");
        }
        return bytes;
    }

    private string Text(ref Utf8JsonReader reader, int lengthMax)
    {
        string text = reader.TokenType == JsonTokenType.String ? reader.GetString()!
            : throw new TemplateException($"field {Current} is not a text");
        Require(text.Length <= lengthMax, Current, $"{text.Length} letters", $"at most {lengthMax}");
        return text;
    }

    private long Number(ref Utf8JsonReader reader, long min, long max)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value))
        {
            throw new TemplateException($"field {Current} is not a whole number");
        }
        Require(value >= min && value <= max, Current, $"{value}", $"{min} to {max}");
        return value;
    }

    private static T Need<T>(T? value, string field) where T : struct =>
        value ?? throw new TemplateException($"field {field} is missing");

    private static void Require(bool condition, string field, string value, string allowed)
    {
        if (!condition)
        {
            throw new TemplateException($"field {field} is {Hex.Shorten(value)}; allowed: {allowed}");
        }
    }
}
