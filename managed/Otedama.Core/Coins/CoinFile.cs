using System.Globalization;
using System.Text.Json;

namespace Otedama.Core;

/// <summary>Reads one coin's data file. Throws FormatException naming file, key and what is wrong.</summary>
public static class CoinFile
{
    public static IReadOnlyList<CoinSpec> Parse(string file, ReadOnlyMemory<byte> json)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            Reader coin = new(file, document.RootElement);
            return [.. coin.Items("networks").Select(network => Spec(name, coin, network))];
        }
        catch (JsonException error)
        {
            throw new FormatException($"{file}: not json: {error.Message}", error);
        }
    }

    private static CoinSpec Spec(string name, Reader coin, Reader network) => new()
    {
        Name = name,
        Network = network.Text("name"),
        Title = coin.Text("title"),
        Symbol = coin.Text("symbol"),
        Algorithm = coin.Choice<Algorithm>("algorithm"),
        Family = coin.Family("family"),
        Equihash = network.Has("equihash") ? Equihash(network.Object("equihash")) : coin.Has("equihash") ? Equihash(coin.Object("equihash")) : null,
        DifficultyOne = new Target(Hash256.FromDisplay(coin.Text("difficultyOne")).ToNumber()),
        BlockSeconds = coin.Number("blockSeconds"),
        CoinbaseMaturity = coin.Number("coinbaseMaturity"),
        SubsidyInitial = new Amount(coin.LongNumber("subsidyInitial")),
        SubsidyHalvingBlocks = network.Number("subsidyHalvingBlocks"),
        PowLimitBits = uint.Parse(network.Text("powLimitBits"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        Retarget = Retarget(network.Object("retarget")),
        RpcPort = network.Number("rpcPort"),
        PeerPort = network.Number("peerPort"),
        PublicKeyHashPrefix = Hex.Decode(network.Text("publicKeyHash")),
        ScriptHashPrefixes = [.. network.Texts("scriptHash").Select(text => (ReadOnlyMemory<byte>)Hex.Decode(text))],
        Bech32Prefix = network.Text("bech32"),
        Genesis = network.Text("genesis") is { Length: > 0 } genesis ? Hash256.FromDisplay(genesis) : Hash256.Zero,
        ProofOfWorkEnded = network.TextOrEmpty("proofOfWorkEnded"),
    };

    private static EquihashRule Equihash(Reader rule) =>
        new(rule.Number("n"), rule.Number("k"), rule.Text("personal"), rule.Number("n") == 125);

    private static RetargetRule Retarget(Reader rule) =>
        new(rule.Choice<RetargetKind>("kind"), rule.Number("blocks"), rule.Number("seconds"));

    /// <summary>One json object with errors that name the file and key.</summary>
    private readonly struct Reader(string file, JsonElement element)
    {
        public string Text(string key) => Member(key, JsonValueKind.String).GetString()!;

        public string TextOrEmpty(string key) => Has(key) ? Text(key) : "";

        public bool Has(string key) => element.TryGetProperty(key, out _);

        public int Number(string key) => Member(key, JsonValueKind.Number).GetInt32();

        public long LongNumber(string key) => Member(key, JsonValueKind.Number).GetInt64();

        public Reader Object(string key) => new(file, Member(key, JsonValueKind.Object));

        public IEnumerable<string> Texts(string key) => Member(key, JsonValueKind.Array).EnumerateArray().Select(item => item.GetString()!);

        public IEnumerable<Reader> Items(string key)
        {
            string name = file;
            return Member(key, JsonValueKind.Array).EnumerateArray().Select(item => new Reader(name, item));
        }

        public T Choice<T>(string key)
            where T : struct, Enum
        {
            string text = Text(key);
            return Enum.TryParse(text, ignoreCase: true, out T value)
                ? value
                : throw new FormatException($"{file}: {key}: \"{text}\" is unknown; allowed: {string.Join(", ", Enum.GetNames<T>())}");
        }

        public HeaderFamily Family(string key)
        {
            string text = Text(key);
            return HeaderFamily.All.FirstOrDefault(family => family.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw new FormatException($"{file}: {key}: \"{text}\" is unknown; allowed: {string.Join(", ", HeaderFamily.All)}");
        }

        private JsonElement Member(string key, JsonValueKind kind)
        {
            if (!element.TryGetProperty(key, out JsonElement member))
            {
                throw new FormatException($"{file}: key \"{key}\" is missing");
            }
            return member.ValueKind == kind
                ? member
                : throw new FormatException($"{file}: {key}: expected {kind}, found {member.ValueKind}");
        }
    }
}
