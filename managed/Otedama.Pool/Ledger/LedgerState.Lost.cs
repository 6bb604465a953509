using System.Buffers.Binary;
using System.Globalization;

namespace Otedama.Pool;

/// <summary>
/// What a repaired log cannot tell: records that were lost may have been accounts. Such an account is known by its number
/// alone; what it earns is paid to the operator, who is told of it by its address text and can pass it on.
/// </summary>
internal sealed partial class LedgerState
{
    /// <summary>OP_RETURN: spendable by nobody, should even the operator's own script be lost.</summary>
    private static readonly byte[] s_unspendable = [0x6a];

    /// <summary>Records that were lost and not yet found to have been accounts.</summary>
    private long _lostRecords;

    private void ApplyLost(LogRecord record) =>
        _lostRecords += record.Payload.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(record.Payload) : 1;

    /// <summary>Makes the accounts before number `end` that are missing; false when fewer records were lost.</summary>
    private bool TryMakeLost(int end)
    {
        int missing = end - Accounts.Count;
        if (missing > _lostRecords)
        {
            return false;
        }
        for (; missing > 0; missing--)
        {
            _lostRecords--;
            AddAccount(
                new LedgerPayee
                {
                    Id = Accounts.Count,
                    Script = Accounts.Count > 0 ? Payees[0]!.Script : s_unspendable,
                    Address = string.Create(CultureInfo.InvariantCulture, $"lost account {Accounts.Count}"),
                },
                "");
        }
        return true;
    }
}
