using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A reply that refuses or breaks off is no look at a device.</summary>
public sealed class FleetLookTests : IDisposable
{
    private const string Refusal = """{"STATUS":[{"STATUS":"E","When":1795360093,"Code":14,"Msg":"Invalid command"}],"id":1}""";

    private readonly FleetTransport _transport = new(TimeProvider.System) { Waits = FleetVectors.Short };

    public void Dispose() => _transport.Dispose();

    [Theory]
    [InlineData("refused", FleetFault.Device, "refused summary: E 14: Invalid command")]
    [InlineData("denied", FleetFault.Denied, "code 45")]
    [InlineData("cut", FleetFault.Truncated, "the reply to summary breaks off at byte 120")]
    [InlineData("no summary", FleetFault.Malformed, "no summary in it")]
    public async Task It_is_thrown_with_what_is_wrong(string what, FleetFault fault, string sentence)
    {
        CgminerDevice device = new();
        device.Quirks.Rewrite = what switch
        {
            "refused" => static (_, _) => Refusal,
            "denied" => static (_, _) => Refusal.Replace("14", "45", StringComparison.Ordinal),
            "no summary" => static (_, _) => "{\"hello\":1}",
            _ => null,
        };
        device.Quirks.TruncateAt = what == "cut" ? 120 : null;
        await using CgminerServer server = new(device);
        FleetTarget target = FleetVectors.Target(server.Port);
        foreach (CgminerDriver driver in (CgminerDriver[])[new(_transport), new AvalonDriver(_transport), new BraiinsDriver(_transport),
            new AntminerDriver(_transport), new WhatsminerV2Driver(_transport)])
        {
            FleetException thrown = await Assert.ThrowsAsync<FleetException>(() => driver.ReadAsync(target, default));
            Assert.Equal(fault, thrown.Fault);
            Assert.Contains(sentence, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cut_reply_besides_the_summary_is_named_and_the_rest_counts()
    {
        CgminerDevice device = new() { Quirks = { NoJoin = true } };
        device.Quirks.Rewrite = static (command, text) => command == "stats" ? text[..^9] : text;
        await using CgminerServer server = new(device);
        FleetReading reading = await new CgminerDriver(_transport).ReadAsync(FleetVectors.Target(server.Port), default);
        Assert.Equal(FleetState.Mining, reading.State);
        Assert.Contains("the reply to stats breaks off", Assert.Single(reading.Errors), StringComparison.Ordinal);
    }
}
