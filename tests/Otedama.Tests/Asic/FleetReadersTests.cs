using System.Text;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What the readers make of the replies of each vendor, through the decoder of files.</summary>
public sealed class FleetReadersTests
{
    private const string LostChain = """
        {"STATUS":[{"STATUS":"S","Code":70,"Msg":"CGMiner stats"}],"STATS":[{"BMMiner":"2.0.0","Type":"Antminer S9"},
        {"STATS":0,"miner_count":3,"fan_num":2,"fan1":0,"fan2":0,"fan3":5880,"fan4":0,"fan5":0,"fan6":4320,
        "temp2_6":71,"temp2_7":72,"temp2_8":127.0,"chain_acn1":0,"chain_acs1":"","chain_hw1":0,"chain_rate1":"",
        "chain_acn6":3,"chain_acn7":3,"chain_acn8":0,"chain_acs6":" ooo","chain_acs7":" oox","chain_acs8":"",
        "chain_hw6":1,"chain_hw7":2,"chain_hw8":5,"chain_rate6":"4500.1","chain_rate7":"4400.2","chain_rate8":"0.00"}],"id":1}
        """;

    [Fact]
    public void A_chain_that_was_lost_stays_in_the_reading_as_missing()
    {
        FleetReading reading = Read(LostChain);
        Assert.Equal([(5, 3, 3), (6, 2, 3), (7, 0, 3)],
            reading.Chains.Select(static chain => (chain.Index, chain.ChipsFound!.Value, chain.ChipsExpected!.Value)));
        Assert.Equal((0.0, 5UL, 127.0), (reading.Chains[2].Rate, reading.Chains[2].HardwareErrors, reading.Chains[2].TemperatureC));
        Assert.Contains(reading.Errors, static error => error.StartsWith("chain 7: none of its chips", StringComparison.Ordinal));
        Assert.Contains(reading.Errors, static error => error.StartsWith("chain 7: sensor fault: 127 C", StringComparison.Ordinal));
        Assert.Contains("1 of 3 chains are not in its reply", Read(LostChain.Replace("\"chain_hw8\":5", "\"chain_hw8\":0", StringComparison.Ordinal)
            .Replace("127.0", "0", StringComparison.Ordinal)).Errors);
    }

    [Theory]
    [InlineData("\"fan_num\":2", "\"fan_num\":2", "2:5880 5:4320")]
    [InlineData("\"fan_num\":2", "\"fan_num\":3", "0:0 2:5880 5:4320")]
    public void Fans_are_those_that_turn_and_as_many_standing_ones_as_are_said(string from, string to, string fans) =>
        Assert.Equal(fans, string.Join(' ', Read(LostChain.Replace(from, to, StringComparison.Ordinal)).Fans
            .Select(static fan => $"{fan.Index}:{fan.Rpm}")));

    [Fact]
    public void Boards_of_a_whatsminer_are_read_alone_and_joined()
    {
        const string Boards = """{"STATUS":[{"STATUS":"S","Msg":"2 ASC(s)"}],"DEVS":[{"ASC":0,"Slot":0,"Temperature":72.0,"Effective Chips":148,"HS RT":30000000000000,"Chip Temp Max":91},{"ASC":1,"Slot":1,"Temperature":71.0,"Effective Chips":147,"HS RT":31000000000000,"Chip Temp Max":98}],"id":1}""";
        DecodedReply decoded = Decode(Boards);
        Assert.Equal(("whatsminer-v2", 98.0), (decoded.Kind, decoded.Reading!.Temperatures.ChipMax));
        Assert.Equal([(30e12, 148), (31e12, 147)], decoded.Reading.Chains.Select(static chain => (chain.Rate!.Value, chain.ChipsFound!.Value)));
        Assert.Equal(98, Read($$"""{"summary":[{"STATUS":[{"STATUS":"S"}],"SUMMARY":[{"Elapsed":500,"Chip Temp Max":90,"Power":3400}]}],"edevs":[{{Boards}}],"id":1}""").Temperatures.ChipMax);
        Assert.Equal(97, Read("""{"code":0,"msg":{"summary":{"chip-temp-max":90},"edevs":[{"slot":0,"chip-temp-max":97},{"slot":1,"chip-temp-max":88}]}}""").Temperatures.ChipMax);
    }

    [Theory]
    [InlineData("\"API\":\"3.7\",\"CompileTime\":\"Fri Mar 3\",\"LUXminer\":\"2023.2.9-abc\",\"Type\":\"Antminer S19\"", "2023.2.9-abc")]
    [InlineData("\"BMMiner\":\"4.11.1\",\"API\":\"3.1\",\"CompileTime\":\"Fri Mar 3\",\"Miner\":\"VNish 1.2.6\",\"Type\":\"Antminer S19\"", "VNish 1.2.6")]
    [InlineData("\"CGMiner\":\"4.11.1\",\"LVERSION\":\"21042001\",\"PROD\":\"AvalonMiner 1246\"", "21042001")]
    [InlineData("\"CompileTime\":\"Fri Mar 3\",\"Type\":\"Antminer S9\"", "Fri Mar 3")]
    public void The_version_is_that_of_the_firmware_before_the_day_it_was_built(string fields, string version) =>
        Assert.Equal(version, Read($$"""{"STATUS":[{"STATUS":"S","Code":22}],"VERSION":[{{{fields}}}],"id":1}""").Identity.Version);

    private static FleetReading Read(string text) => Decode(text).Reading!;

    private static DecodedReply Decode(string text) => ReplyDecoder.Decode(Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
}
