using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The money of one payee, over all blocks that are not orphaned and all shares that earn at once. Earned = Paid + owed,
/// and Paid counts coinbases from the moment their block is found.
/// </summary>
internal sealed class LedgerBalance
{
    public Amount Earned { get; private set; }

    /// <summary>In coinbases, those of immature blocks included.</summary>
    public Amount Paid { get; private set; }

    /// <summary>The part of Earned that immature blocks brought.</summary>
    public Amount EarnedImmature { get; private set; }

    /// <summary>The part of Paid that lies in coinbases of immature blocks.</summary>
    public Amount PaidImmature { get; private set; }

    /// <summary>
    /// What a coinbase may pay beyond new earnings: credits count when their block is confirmed, debits at once. So
    /// that nobody is paid from a block that is orphaned later.
    /// </summary>
    public Amount Payable { get; private set; }

    /// <summary>Adds what an entry of a block with this status means, or (sign -1) takes it back.</summary>
    public void Book(PayoutEntry entry, BlockStatus status, int sign)
    {
        if (status == BlockStatus.Orphaned)
        {
            return;
        }
        long earned = sign * entry.Earned.Units;
        long paid = sign * entry.Paid.Units;
        Earned += new Amount(earned);
        Paid += new Amount(paid);
        bool isImmature = status == BlockStatus.Pending;
        bool isDebit = entry.Earned < entry.Paid;
        EarnedImmature += new Amount(isImmature ? earned : 0);
        PaidImmature += new Amount(isImmature ? paid : 0);
        Payable += new Amount(isImmature && !isDebit ? 0 : earned - paid);
    }

    /// <summary>Earned whatever blocks are found, and payable at once.</summary>
    public void Credit(Amount amount)
    {
        Earned += amount;
        Payable += amount;
    }

    public void Save(BinaryWriter writer)
    {
        foreach (Amount amount in (ReadOnlySpan<Amount>)[Earned, Paid, EarnedImmature, PaidImmature, Payable])
        {
            writer.Write7BitEncodedInt64(amount.Units);
        }
    }

    public void Load(BinaryReader reader)
    {
        Earned = new Amount(reader.Read7BitEncodedInt64());
        Paid = new Amount(reader.Read7BitEncodedInt64());
        EarnedImmature = new Amount(reader.Read7BitEncodedInt64());
        PaidImmature = new Amount(reader.Read7BitEncodedInt64());
        Payable = new Amount(reader.Read7BitEncodedInt64());
    }
}
