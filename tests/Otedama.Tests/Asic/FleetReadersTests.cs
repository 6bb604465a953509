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

    [Fact]
    public void The_web_pages_of_an_antminer_say_what_it_is_and_what_it_suffers()
    {
        const string Info = "\"STATUS\":{\"STATUS\":\"S\",\"when\":1700000100},\"INFO\":{\"miner_version\":\"49.0.1.3\",\"CompileTime\":\"Fri\",\"type\":\"Antminer S19 Pro\"}";
        FleetReading summary = Read($$"""{{{Info}},"SUMMARY":[{"elapsed":500,"rate_5s":110000,"rate_unit":"GH/s","status":[{"type":"rate","status":"s","msg":""},{"type":"fans","status":"e","code":1,"msg":"fan lost"}]}]}""");
        Assert.Equal(("Antminer S19 Pro", "49.0.1.3", 110000e9), (summary.Identity.Model, summary.Identity.Version, summary.Rates.FiveSeconds));
        Assert.Equal("fans: fan lost", Assert.Single(summary.Errors));
        Assert.Equal(0.25, Read($$"""{{{Info}},"STATS":[{"elapsed":500,"hwp_total":0.25,"chain":[{"index":0,"asic_num":3,"asic":"ooo"}]}]}""").Shares.HardwareErrorPercent);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_090), Read($$"""{{{Info}},"POOLS":[{"index":0,"url":"stratum+tcp://p.example:3333","user":"w","status":"Alive","lstime":"00:00:10"}]}""").Shares.LastAccepted);
        DecodedReply conf = Decode("""{"pools":[{"url":"stratum+tcp://p.example:3333","user":"w","pass":"x"},{"url":"","user":"","pass":""}],"bitmain-fan-ctrl":false,"miner-mode":1}""");
        Assert.Equal(("antminer-config", FleetState.Paused), (conf.Kind, conf.Reading!.State));
        Assert.Equal(("stratum+tcp://p.example:3333", "w"), (Assert.Single(conf.Reading.Pools).Url, conf.Reading.Pools[0].User));
    }

    [Fact]
    public void Nought_degrees_are_a_temperature_and_minus_one_is_none()
    {
        FleetTemperatures cold = Read("""{"ASICModel":"BM1370","hashRate":1,"temp":0,"temp2":-1,"vrTemp":0}""").Temperatures;
        Assert.Equal((0.0, 0.0, 0.0), (cold.ChipMax, cold.ChipAverage, cold.Regulator));
        Assert.Null(Read("""{"ASICModel":"BM1370","hashRate":1,"temp":-1,"vrTemp":-1}""").Temperatures.ChipMax);
        Assert.Equal(0.0, Read("""{"STATUS":[{"STATUS":"S","Code":9}],"DEVS":[{"ASC":0,"Temperature":0.0}],"id":1}""").Chains[0].TemperatureC);
        FleetReading avalon = Read("""{"STATS":[{"MM ID0":"Ver[1246-x] TMax[0] TAvg[0] MTmax[0 0]"}],"id":1}""");
        Assert.Equal((0.0, 0.0, 0.0), (avalon.Temperatures.ChipMax, avalon.Temperatures.ChipAverage, avalon.Chains[1].TemperatureC));
    }

    [Fact]
    public void A_rate_is_told_for_the_time_and_in_the_unit_it_was_given()
    {
        FleetRates rates = Read("""{"STATUS":[{"STATUS":"S","Code":11}],"SUMMARY":[{"Elapsed":500,"MHS 5m":5,"MHS 15m":15,"MHS 30m":30,"GHS av":"13.5 TH","GHS 1m":"7 apples"}],"id":1}""").Rates;
        Assert.Equal((5e6, null, 15e6, 30e6), (rates.FiveMinutes, rates.TenMinutes, rates.FifteenMinutes, rates.ThirtyMinutes));
        Assert.Equal((13.5e12, null), (rates.Average, rates.OneMinute));
        FleetRates axeos = Read("""{"ASICModel":"BM1370","hashRate":null,"hashRate_10m":1000}""").Rates;
        Assert.Equal((null, 1e12), (axeos.FiveSeconds, axeos.TenMinutes));
        FleetRates whatsminer = Read("""{"code":0,"msg":{"summary":{"hash-15min":100}}}""").Rates;
        Assert.Equal((null, 100e12), (whatsminer.TenMinutes, whatsminer.FifteenMinutes));
    }

    [Theory]
    [InlineData(1200, 0, 1)]
    [InlineData(1200, 1100, 2)]
    [InlineData(0, 0, null)]
    public void A_chip_without_rate_beside_one_that_hashes_is_not_found(int first, int second, int? found)
    {
        ChainReading chain = Assert.Single(Read($$$"""{"ASICModel":"BM1370","hashRate":1200,"asicCount":2,"hashrateMonitor":{"asics":[{"total":{{{first}}}},{"total":{{{second}}}}]}}""").Chains);
        Assert.Equal((found, 2), (chain.ChipsFound, chain.ChipsExpected));
    }

    [Fact]
    public void Power_and_errors_of_a_whatsminer_are_read()
    {
        FleetPower power = Read("""{"STATUS":"S","When":1,"Code":131,"Msg":{"name":"P221B","vin":"22425","pin":"1898"},"Description":""}""").Power;
        Assert.Equal((1898.0, 224.25), (power.Watts, power.InputVolts));
        Assert.Equal(["error 329", "error 206"], Read("""{"STATUS":"S","When":1,"Code":131,"Msg":{"error_code":[{"329":"2026-01-01 10:00:00"},{"206":"2026-01-01 10:00:00"}]},"Description":""}""").Errors);
        Assert.Equal(["error 329"], Read("""{"STATUS":"S","When":1,"Code":131,"Msg":{"error_code":["329"]}}""").Errors);
        Assert.Equal("20250101.REL", Read("""{"STATUS":[{"STATUS":"S"}],"SUMMARY":[{"Elapsed":5,"Power":3000,"Factory GHS":1,"Firmware Version":"'20250101.REL'"}],"id":1}""").Identity.Version);
    }

    [Fact]
    public void Temperatures_power_and_configuration_of_LuxOS_are_read()
    {
        const string Status = "\"STATUS\":[{\"STATUS\":\"S\",\"Description\":\"LUXminer 2023.2.9\"}]";
        FleetTemperatures heat = Read($$"""{{{Status}},"TEMPS":[{"ID":0,"Board":58,"Chip":74},{"ID":1,"Board":57,"Chip":76}],"id":1}""").Temperatures;
        Assert.Equal((76.0, 58.0), (heat.ChipMax, heat.Board));
        Assert.Equal(3245, Read($$"""{{{Status}},"POWER":[{"PSU":true,"Watts":3245}],"id":1}""").Power.Watts);
        FleetReading config = Read("""{"STATUS":[{"STATUS":"S"}],"CONFIG":[{"MACAddr":"02:AA:00:00:00:01","Model":"Antminer S19","Hostname":"h"}],"id":1}""");
        Assert.Equal(("02:aa:00:00:00:01", "LuxOS", "Antminer S19"), (config.Id, config.Identity.Firmware, config.Identity.Model));
        Assert.Contains("PROFILES", Decode($$"""{{{Status}},"PROFILES":[{"Profile Name":"default"}],"id":1}""").Note, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_of_web_interfaces_and_what_is_not_is_said()
    {
        DecodedReply vnish = Decode("""{"miner":"Antminer S19 Pro","model":"s19pro","fw_name":"Vnish","fw_version":"1.2.6","system":{"network_status":{"mac":"02:AA:00:00:00:02","hostname":"v"}}}""");
        Assert.Equal(("vnish-info", "02:aa:00:00:00:02", "1.2.6", "VNish"), (vnish.Kind, vnish.Reading!.Id, vnish.Reading.Identity.Version, vnish.Reading.Identity.Firmware));
        foreach (string text in (string[])["""{"miner":{"miner_type":"Antminer S19","hr_realtime":1}}""", """{"Status":{"Operating State":"Mining"},"HBs":[],"Fans":{"Fans Speed":50}}"""])
        {
            DecodedReply unread = Decode(text);
            Assert.Null(unread.Reading);
            Assert.Contains("nothing of it is read", unread.Note, StringComparison.Ordinal);
        }
        DecodedReply live = Decode("""{"event":"update","data":{"temp":61.5,"hashRate":1000}}""");
        Assert.Equal(("axeos-live", 61.5, 1e12), (live.Kind, live.Reading!.Temperatures.ChipMax, live.Reading.Rates.FiveSeconds));
    }

    [Fact]
    public void A_string_of_an_avalon_that_breaks_off_is_told()
    {
        DecodedReply decoded = Decode("""{"STATS":[{"MM ID0":"Ver[1246-x] TMax[70] PS[0 1212 13"}],"id":1}""");
        Assert.Contains("MM ID0 breaks off inside a bracket", decoded.Problem, StringComparison.Ordinal);
        Assert.Equal("MM ID0 breaks off inside a bracket", Assert.Single(decoded.Reading!.Errors));
        Assert.Null(Decode("""{"STATS":[{"MM ID0":"Ver[1246-x] PS[0 1212 13]"}],"id":1}""").Problem);
    }

    [Fact]
    public void A_body_in_chunks_is_put_together()
    {
        const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        DecodedReply whole = Decode(Head + "15\r\n{\"ASICModel\":\"BM1366\"\r\n13;x=y\r\n,\"hashRate\":13500,}\r\n0\r\n\r\n");
        Assert.Equal(("axeos-info", 13500e9, null), (whole.Kind, whole.Reading!.Rates.FiveSeconds, whole.Problem));
        Assert.Equal(("TrailingComma", Head.Length + 53), (Assert.Single(whole.Made).Kind, whole.Made[0].Offset));
        DecodedReply cut = Decode(Head + "15\r\n{\"ASICModel\":\"BM1366\"\r\n13\r\n,\"hash");
        Assert.Equal(("axeos-info", true), (cut.Kind, cut.Truncated));
        Assert.Equal(Head.Length + 37, cut.Offset);
        Assert.Equal("axeos-info", Decode(Head + "{\"ASICModel\":\"BM1366\",\"hashRate\":1}").Kind);
    }

    private static FleetReading Read(string text) => Decode(text).Reading!;

    private static DecodedReply Decode(string text) => ReplyDecoder.Decode(Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
}
