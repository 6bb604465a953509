using System.Text;
using CsCheck;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Templates;

public class TemplateReaderTests
{
    internal static readonly string Transactions = string.Join(',', Enumerable.Range(1, 3).Select(static i =>
        $"{{\"data\":\"0{i}ff\",\"txid\":\"{Digits(i)}\",\"hash\":\"{Digits(i + 5)}\",\"depends\":[],\"fee\":{i},\"sigops\":4,\"weight\":{400 + i}}}"));

    private static readonly Dictionary<string, string> s_fields = new()
    {
        ["capabilities"] = "[\"proposal\"]",
        ["version"] = "536870912",
        ["rules"] = "[\"csv\",\"!segwit\"]",
        ["vbrequired"] = "0",
        ["previousblockhash"] = $"\"{Digits(9)}\"",
        ["transactions"] = $"[{Transactions}]",
        ["coinbaseaux"] = "{\"flags\":\"0a0b\"}",
        ["coinbasevalue"] = "5000000006",
        ["longpollid"] = "\"abc1\"",
        ["target"] = "\"7fffff0000000000000000000000000000000000000000000000000000000000\"",
        ["mintime"] = "1699999000",
        ["curtime"] = "1700000000",
        ["bits"] = "\"207fffff\"",
        ["height"] = "432",
        ["default_witness_commitment"] = $"\"6a24aa21a9ed{Digits(3)}\"",
    };

    internal static string Json(string? replace = null, string? with = null)
    {
        Dictionary<string, string> fields = new(s_fields);
        if (replace is not null)
        {
            fields.Remove(replace);
            if (with is not null)
            {
                fields[replace] = with;
            }
        }
        return $"{{{string.Join(',', fields.Select(static field => $"\"{field.Key}\":{field.Value}"))}}}";
    }

    [Fact]
    public void A_template_is_read_field_by_field()
    {
        Template template = Read(Json());
        Assert.Equal(432, template.Height);
        Assert.Equal(0x20000000u, template.Version);
        Assert.Equal(Digits(9), template.PreviousHash.ToString());
        Assert.Equal((0x207fffffu, 1_700_000_000u, 1_699_999_000u), (template.Bits, template.Time, template.TimeMin));
        Assert.Equal(5_000_000_006, template.CoinbaseValue.Units);
        Assert.Equal([1, 2, 3], template.Transactions.Select(static t => t.Fee.Units));
        Assert.Equal(Digits(2), template.Transactions[1].TxId.ToString());
        Assert.Equal("02ff", Hex.Encode(template.Transactions[1].Data.Span));
        Assert.Equal(403, template.Transactions[2].Weight);
        Assert.Equal("0a0b", Hex.Encode(template.CoinbaseAux.Span));
        Assert.Equal(("abc1", "n"), (template.LongPollId, template.Source));
        Assert.Equal(38, template.WitnessCommitment.Length);
        Assert.True(template.BlockSuffix.IsEmpty);
    }

    [Fact]
    public void The_extension_block_gets_its_presence_byte() =>
        Assert.Equal("01beef", Hex.Encode(Read(Json("mweb", "\"beef\"")).BlockSuffix.Span));

    [Theory]
    [InlineData("[\"csv\"]", 0)]
    [InlineData("[]", 0)]
    [InlineData("[\"segwit\"]", 38)]
    [InlineData(null, 38)]
    public void The_commitment_counts_unless_the_node_says_that_segwit_is_not_active(string? rules, int length)
    {
        string plain = Json("rules", rules).Replace(Transactions, $"{{\"data\":\"01ff\",\"txid\":\"{Digits(1)}\",\"hash\":\"{Digits(1)}\"}}", StringComparison.Ordinal);
        Assert.Equal(length, Read(plain).WitnessCommitment.Length);
    }

    [Theory]
    [InlineData("[\"csv\"]")]
    [InlineData("[]")]
    public void A_block_with_a_witness_keeps_its_commitment_whatever_the_rules_say(string rules) =>
        Assert.Equal(38, Read(Json("rules", rules)).WitnessCommitment.Length);

    [Fact]
    public void A_template_with_a_witness_and_no_commitment_is_refused_by_name() =>
        Assert.Contains("transactions[0] has a witness, but field default_witness_commitment is missing",
            Assert.Throws<TemplateException>(static () => Read(Json("default_witness_commitment"))).Message, StringComparison.Ordinal);

    [Fact]
    public void No_work_comes_of_a_template_whose_smallest_time_is_more_than_two_hours_ahead()
    {
        HeldClock clock = new(); // shows 1,700,000,000
        TemplateReader reader = new(Algorithm.Sha256d, ["segwit"], clock);
        string At(long time) => Json("curtime", $"{time}").Replace("1699999000", $"{time}", StringComparison.Ordinal);
        Assert.Equal(1_700_007_200u, reader.Read(Encoding.UTF8.GetBytes(At(1_700_007_200)), "n").TimeMin);
        TemplateException e = Assert.Throws<TemplateException>(() => reader.Read(Encoding.UTF8.GetBytes(At(1_700_864_000)), "n"));
        Assert.Contains("the smallest time of a block at height 432 is 2023-11-24 22:13:20Z", e.Message, StringComparison.Ordinal);
        clock.Advance(864_000);
        Assert.Equal(1_700_864_000u, reader.Read(Encoding.UTF8.GetBytes(At(1_700_864_000)), "n").TimeMin);
    }

    [Fact]
    public void Limits_and_dependencies_are_read()
    {
        string limits = Json("rules", "[\"segwit\"],\"weightlimit\":4000000,\"sizelimit\":3999999,\"sigoplimit\":80000");
        string chained = limits.Replace($"{Digits(8)}\",\"depends\":[]", $"{Digits(8)}\",\"depends\":[1,2]", StringComparison.Ordinal);
        Template template = Read(chained);
        Assert.Equal((4_000_000L, 3_999_999L, 80_000L), (template.WeightLimit, template.SizeLimit, template.SigOpLimit));
        Assert.Equal([0, 0, 2], template.Depends!.Select(static parents => parents.Length));
        Assert.Equal([1, 2], template.Depends![2]);
        Assert.Equal(4, template.Transactions[0].SigOps);
        Assert.Equal(Digits(6), template.Transactions[0].WitnessId.ToString());
        Assert.Null(Read(chained[..^1] + ",\"mutable\":[\"time\"]}").Depends);
        Assert.Null(Read(chained[..^1] + ",\"mweb\":\"beef\"}").Depends);
        Assert.Contains("transactions[0].depends is 1", Assert.Throws<TemplateException>(() =>
            Read(limits.Replace($"{Digits(6)}\",\"depends\":[]", $"{Digits(6)}\",\"depends\":[1]", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("height", null, "height is missing")]
    [InlineData("version", null, "version is missing")]
    [InlineData("previousblockhash", null, "previousblockhash is missing")]
    [InlineData("bits", null, "bits is missing")]
    [InlineData("curtime", null, "curtime is missing")]
    [InlineData("coinbasevalue", null, "coinbasevalue is missing")]
    [InlineData("transactions", null, "transactions is missing")]
    [InlineData("height", "0", "height is 0; allowed: 1 to")]
    [InlineData("height", "\"7\"", "height is not a whole number")]
    [InlineData("height", "1e99", "height is not a whole number")]
    [InlineData("previousblockhash", "\"00\"", "64 hex digits")]
    [InlineData("previousblockhash", "\"zz\"", "not hex")]
    [InlineData("bits", "\"00000000\"", "compact target above zero")]
    [InlineData("bits", "\"ff7fffff\"", "compact target above zero")]
    [InlineData("bits", "\"1d00ffff\"", "target")]
    [InlineData("curtime", "99999999999", "curtime")]
    [InlineData("mintime", "1700000001", "at most curtime")]
    [InlineData("coinbasevalue", "-1", "coinbasevalue is -1")]
    [InlineData("transactions", "{}", "not a list")]
    [InlineData("transactions", "[7]", "transactions[0]")]
    [InlineData("transactions", "[{\"data\":\"00\"}]", "transactions[0] has no txid")]
    [InlineData("transactions", "[{\"txid\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"data\":\"0\"}]", "transactions[0].data")]
    [InlineData("transactions", "[{\"txid\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]", "transactions[0].data")]
    [InlineData("rules", "[\"!newfork\"]", "newfork")]
    [InlineData("default_witness_commitment", "\"6a24\"", "6a24aa21a9ed")]
    [InlineData("coinbaseaux", "{\"a\":\"00112233445566778899001122334455667788990011223344\"}", "at most 48")]
    [InlineData("signet_challenge", "\"5151\"", "signet_challenge")]
    public void A_wrong_field_is_named(string field, string? value, string words)
    {
        TemplateException e = Assert.Throws<TemplateException>(() => Read(Json(field, value)));
        Assert.StartsWith("n: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signet_whose_challenge_anybody_meets_is_mined() => Assert.Equal(432, Read(Json("signet_challenge", "\"51\"")).Height);

    [Fact]
    public void A_finished_coinbase_alone_is_not_enough() =>
        Assert.Contains("coinbasetxn", Assert.Throws<TemplateException>(static () =>
            Read(Json("coinbasevalue").TrimEnd('}') + ",\"coinbasetxn\":{}}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Transactions_seen_before_are_shared_only_when_the_witness_id_is_the_same()
    {
        TemplateReader reader = new(Algorithm.Sha256d, ["segwit"], TimeProvider.System);
        Template first = reader.Read(Encoding.UTF8.GetBytes(Json()), "n");
        Template again = reader.Read(Encoding.UTF8.GetBytes(Json("coinbasevalue", "7")), "n");
        Assert.Same(first.Transactions[0], again.Transactions[0]);
        string other = Transactions.Replace(Digits(6), Digits(15), StringComparison.Ordinal).Replace("01ff", "01fe", StringComparison.Ordinal);
        Template changed = reader.Read(Encoding.UTF8.GetBytes(Json("transactions", $"[{other}]")), "n");
        Assert.Equal("01fe", Hex.Encode(changed.Transactions[0].Data.Span));
        Assert.Same(first.Transactions[1], changed.Transactions[1]);
    }

    [Fact]
    public void Damaged_templates_are_refused_and_never_crash()
    {
        string whole = Json();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Char["{}[]\",:019-efnx\\"], Gen.Int[0, 3]).Sample(
            (at, letter, kind) =>
            {
                string text = kind switch
                {
                    0 => whole[..at],
                    1 => whole.Remove(at, 1),
                    2 => whole.Insert(at, letter.ToString()),
                    _ => whole[..at] + letter + whole[(at + 1)..],
                };
                try
                {
                    Read(text);
                }
                catch (TemplateException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            },
            iter: 5000);
    }

    private static Template Read(string json) => new TemplateReader(Algorithm.Sha256d, ["segwit"], TimeProvider.System).Read(Encoding.UTF8.GetBytes(json), "n");

    private static string Digits(int seed) => string.Concat(Enumerable.Repeat($"{seed:x2}", 32));
}
