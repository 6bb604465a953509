using System.Globalization;
using System.Text;
using Otedama.Core;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class StratumWriterTests
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(0.5, "0.5")]
    [InlineData(1e-9, "0.000000001")]
    [InlineData(4.6e-10, "0.000000001")]
    [InlineData(524288, "524288")]
    [InlineData(108105433845147.16, "108105433845147.156250000")]
    [InlineData(1e18, "1000000000000000000")]
    [InlineData(1.0 / 3, "0.333333333")]
    public void Difficulties_have_no_exponent_and_at_most_9_decimals(double difficulty, string expected)
    {
        WireBuffer buffer = new();
        StratumWriter.Difficulty(buffer, difficulty);
        string text = Encoding.ASCII.GetString(buffer.Written);
        Assert.Equal(expected.Contains('.') ? expected.TrimEnd('0') : expected, text);
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), StratumWriter.RoundDifficulty(difficulty));
    }

    [Fact]
    public void Replies_always_have_all_three_keys()
    {
        WireBuffer buffer = new();
        StratumWriter.True(buffer, "\"a\""u8);
        StratumWriter.Error(buffer, "null"u8, StratumError.JobNotFound, "say \"no\"\n");
        string[] lines = Encoding.UTF8.GetString(buffer.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("{\"id\":\"a\",\"result\":true,\"error\":null}", lines[0]);
        Assert.Equal("{\"id\":null,\"result\":null,\"error\":[21,\"say \\\"no\\\"\\n\",null]}", lines[1]);
    }

    [Fact]
    public void Every_server_message_is_one_complete_json_line()
    {
        Action<WireBuffer>[] writers =
        [
            b => StratumWriter.SetDifficulty(b, 0.001),
            b => StratumWriter.SetExtranonce(b, [1, 2, 3, 4], 8),
            b => StratumWriter.SetVersionMask(b, 0x1fffe000),
            b => StratumWriter.Reconnect(b, "pool.example", 3333, 5),
            b => StratumWriter.Reconnect(b, "", 0, 0),
            b => StratumWriter.ShowMessage(b, "h\u00e9llo"),
            b => StratumWriter.SubscribeResult(b, "1"u8, [9, 9], [1, 2, 3, 4], 8),
            b => NotifyWriter.Write(b, BlockVector.Job, clean: true),
            b => StratumRequests.ConfigureVersionRolling(b, 1, uint.MaxValue, 2),
            b => StratumRequests.Subscribe(b, 2, "otedama/1", "aabb"),
            b => StratumRequests.Authorize(b, 3, "x.y", "p"),
            b => StratumRequests.Submit(b, 4, "x", "1", [1, 2], 3, 4, 5u),
            b => StratumRequests.ExtranonceSubscribe(b, 5),
            b => StratumRequests.SuggestDifficulty(b, 6, 0.25),
            b => StratumRequests.Ping(b, 7),
        ];
        foreach (Action<WireBuffer> write in writers)
        {
            WireBuffer buffer = new();
            write(buffer);
            Assert.Equal((byte)'\n', buffer.Written[^1]);
            Assert.Equal(buffer.Length - 1, buffer.Written.IndexOf((byte)'\n'));
            Assert.True(StratumMessage.TryParse(buffer.Written[..^1], out _), Encoding.UTF8.GetString(buffer.Written));
        }
    }

    [Fact]
    public void Notify_of_block_881423_is_as_pools_sent_it_and_reads_back()
    {
        WireBuffer buffer = new();
        NotifyWriter.Write(buffer, BlockVector.Job, clean: true);
        Assert.True(StratumMessage.TryParse(buffer.Written[..^1], out StratumMessage message));
        Assert.Equal(BlockVector.NotifyPreviousHash, message.Params.Element(1).GetText(64));
        Assert.True(NotifyMessage.TryParse(message.Params, out NotifyMessage? notify, out string problem), problem);
        BitcoinRecipe recipe = (BitcoinRecipe)BlockVector.Job.Recipe;
        Assert.Equal(recipe.PreviousHash, notify!.PreviousHash);
        Assert.Equal(recipe.CoinbasePrefix.ToArray(), notify.CoinbasePrefix);
        Assert.Equal(recipe.CoinbaseSuffix.ToArray(), notify.CoinbaseSuffix);
        Assert.Equal(recipe.Branches.ToArray(), notify.Branches);
        Assert.Equal((0x20000000u, 0x17029a8au, 0x679ac169u, true), (notify.Version, notify.Bits, notify.Time, notify.Clean));
    }

    [Theory]
    [InlineData("d=1024", 1024)]
    [InlineData("x,diff=0.5", 0.5)]
    [InlineData("foo;D=8", 8)]
    [InlineData("d=-1", 0)]
    [InlineData("d=nan", 0)]
    [InlineData("x", 0)]
    public void The_password_may_carry_a_difficulty(string password, double expected)
    {
        Assert.Equal(expected > 0, LoginOptions.TryGetDifficulty(password, out double difficulty));
        Assert.Equal(expected, difficulty);
    }
}
