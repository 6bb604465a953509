using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What nodes of the Zcash and Verus families say beside the common fields.</summary>
internal sealed partial class TemplateFields
{
    private const int CoinbaseBytesMax = 100_000;

    private bool _coinbaseGiven;
    private byte[] _givenCoinbase = [];
    private byte[]? _solution;
    private Hash256 _nonce;
    private Hash256? _blockCommitments;
    private Hash256? _saplingRoot;
    private Hash256? _chainHistory;
    private readonly List<Hash256> _authDigests = []; // of the transactions, in order
    private bool _minerFirst;

    /// <summary>
    /// One field of the header with a meaning that changed by height. Nodes that show it under several names give all the
    /// same value; the history root counts where nothing newer does. A coinbase of version 5 is written as version 4, which
    /// changes the commitment.
    /// </summary>
    private Hash256 Reserved(GivenCoinbase? given)
    {
        if (given?.Version == 5)
        {
            Hash256 history = _chainHistory
                ?? throw new TemplateException("field defaultroots.chainhistoryroot is missing beside a coinbase of version 5");
            return BlockCommitments.Of(history, [BlockCommitments.LegacyDigest, .. _authDigests]);
        }
        return _blockCommitments ?? _saplingRoot ?? _chainHistory ?? Hash256.Zero;
    }

    private void ReadZcashField(ref Utf8JsonReader reader)
    {
        switch (Current)
        {
            case "coinbasetxn":
                _coinbaseGiven = true;
                ReadObject(ref reader, ReadCoinbaseField);
                break;
            case "defaultroots":
                ReadObject(ref reader, ReadRootField);
                break;
            case "blockcommitmentshash":
                _blockCommitments = Hash(ref reader);
                break;
            case "finalsaplingroothash" or "lightclientroothash":
                _saplingRoot = Hash(ref reader);
                break;
            case "solution":
                byte[] solution = Bytes(ref reader, Verus.SolutionLength);
                Array.Resize(ref solution, Verus.SolutionLength); // zeros at the end may be left out
                _solution = solution;
                break;
            case "miner_reward":
                _minerFirst = true; // Flux: the value of the first output, which at some heights is not the largest
                reader.Skip();
                break;
            case "nonce" when reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == 2 * Hash256.Size:
                _nonce = Hash(ref reader); // other families may mean something else by it
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private delegate bool FieldReader(ref Utf8JsonReader reader, string name);

    /// <summary>Reads the members that `read` knows and skips the others.</summary>
    private void ReadObject(ref Utf8JsonReader reader, FieldReader read)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        string outer = Current;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            Current = Hex.Shorten($"{outer}.{name}");
            reader.Read();
            if (!read(ref reader, name))
            {
                reader.Skip();
            }
        }
        Current = outer;
    }

    private bool ReadCoinbaseField(ref Utf8JsonReader reader, string name)
    {
        if (name != "data")
        {
            return false;
        }
        _givenCoinbase = Bytes(ref reader, CoinbaseBytesMax);
        return true;
    }

    private bool ReadRootField(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "blockcommitmentshash":
                _blockCommitments = Hash(ref reader);
                return true;
            case "chainhistoryroot":
                _chainHistory = Hash(ref reader);
                return true;
            default:
                return false;
        }
    }

    private GivenCoinbase? ParseGiven()
    {
        try
        {
            return _givenCoinbase.Length == 0 ? null : GivenCoinbase.Parse(_givenCoinbase);
        }
        catch (FormatException e)
        {
            throw new TemplateException($"field coinbasetxn.data cannot be used: {e.Message}");
        }
    }

    private int MinerOutput(GivenCoinbase given) => _minerFirst ? 0 : given.LargestOutput;

    /// <summary>
    /// What an offered coinbase leaves to the pool: the miner's output in the Zcash family, all of it in the Verus family,
    /// where it is taken as it is.
    /// </summary>
    private Amount GivenValue(GivenCoinbase given, HeaderFamily family) => family.KeepsNodeCoinbase
        ? given.Outputs.Aggregate(Amount.Zero, static (sum, output) => sum + output.Amount)
        : given.Outputs[MinerOutput(given)].Amount;

    private byte[] NeedSolution() => _solution ?? throw new TemplateException("field solution is missing; is the node one of the Verus family?");
}
