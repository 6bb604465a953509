using System.Net;
using System.Net.Sockets;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>A name with several addresses, some of which are dead.</summary>
public sealed class AddressRaceTests
{
    private static readonly IPAddress s_silent = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress s_refused = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_good = IPAddress.Parse("192.0.2.2");

    private readonly List<IPAddress> _tried = [];

    [Fact]
    public async Task An_address_that_drops_packets_does_not_hide_the_next()
    {
        using Answer answer = (Answer)await Race(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(1)).RunAsync([s_silent, s_good], default);
        Assert.Equal(s_good, answer.Address);
        Assert.Equal([s_silent, s_good], _tried);
    }

    [Fact]
    public async Task A_refused_address_leads_to_the_next_at_once()
    {
        // The stagger never ends, so only the refusal can start the second attempt.
        using Answer answer = (Answer)await Race(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)).RunAsync([s_refused, s_good], default);
        Assert.Equal(s_good, answer.Address);
    }

    [Fact]
    public async Task Every_address_has_its_own_time_and_the_last_failure_is_told()
    {
        TimeoutException silence = await Assert.ThrowsAsync<TimeoutException>(() =>
            Race(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(1)).RunAsync([s_silent], default));
        Assert.Contains(s_silent.ToString(), silence.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() =>
            Race(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)).RunAsync([s_refused, s_refused], default));
        await Assert.ThrowsAsync<SocketException>(() => Race(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)).RunAsync([], default));
    }

    [Fact]
    public void Families_take_turns_and_a_long_list_is_cut()
    {
        IPAddress other = IPAddress.Parse("2001:db8::2");
        Assert.Equal([s_silent, s_refused, other, s_good], AddressRace.Order([s_refused, s_good, s_silent, other], null));
        Assert.Equal([s_refused, other, s_good, s_silent], AddressRace.Order([s_refused, s_good, s_silent, other], s_silent));
    }

    [Fact]
    public async Task No_more_addresses_are_tried_than_a_pool_can_have()
    {
        IPAddress[] many = [.. Enumerable.Repeat(s_refused, 1000)];
        await Assert.ThrowsAsync<SocketException>(() => Race(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)).RunAsync(many, default));
        Assert.Equal(AddressRace.AddressesMax, _tried.Count);
    }

    private AddressRace Race(TimeSpan wait, TimeSpan stagger) => new(ConnectAsync, wait, stagger, TimeProvider.System);

    private async Task<Stream> ConnectAsync(IPAddress address, CancellationToken cancellation)
    {
        _tried.Add(address);
        if (address.Equals(s_refused))
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }
        if (address.Equals(s_silent))
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        return new Answer(address);
    }

    private sealed class Answer(IPAddress address) : MemoryStream
    {
        public IPAddress Address { get; } = address;
    }
}
