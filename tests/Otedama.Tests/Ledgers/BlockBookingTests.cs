using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class BlockBookingTests
{
    /// <summary>The operator and as many addresses as pool.accounts_max allows.</summary>
    private const int PayeesMax = 100_001;

    [Theory]
    [InlineData(1)]
    [InlineData(65_537)]
    [InlineData(PayeesMax)]
    public void A_booking_is_read_back_as_it_was_with_as_many_payees_as_a_pool_may_have(int payees)
    {
        BlockRecord record = new()
        {
            TimeMs = 1,
            Height = 2,
            Finder = payees - 1,
            BlockHash = new Hash256([.. Enumerable.Repeat((byte)3, Hash256.Size)]),
            JobId = 4,
            Algorithm = Algorithm.Sha256d,
            Scheme = PayoutScheme.Pplns,
            Reward = new Amount(5),
            NetworkWork = 6,
            Entries = [.. Enumerable.Range(0, payees).Select(static id => new PayoutEntry(id, new Amount(id), new Amount(7)))],
        };
        AccountRecord[] accounts = [.. Enumerable.Range(0, payees).Select(static id => new AccountRecord(id, new byte[] { 8, 9 }, $"a{id}", "w"))];
        BlockBooking read = BlockBooking.Read(new BlockBooking(record, accounts).ToBytes());
        Assert.Equal(record.Entries, read.Record.Entries);
        Assert.Equal(record with { Entries = [] }, read.Record with { Entries = [] });
        Assert.Equal(accounts.Select(static a => (a.Id, a.Address, a.Worker)), read.Accounts.Select(static a => (a.Id, a.Address, a.Worker)));
        Assert.All(read.Accounts, static account => Assert.Equal([8, 9], account.Script.ToArray()));
    }
}
