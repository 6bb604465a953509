using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Who has an account. The share path asks when a share of somebody new was accepted, so every account cost work; and names
/// have limits of their own, so that no number of worker names keeps an address out.
/// </summary>
public sealed partial class Ledger
{
    /// <summary>Worker name of the account that an address's further workers share.</summary>
    public const string SharedWorker = "others";

    private const int WorkerBytesMax = 191;
    private const int AddressBytesMax = 200;
    private const int ScriptBytesMax = 10_000;

    /// <summary>
    /// Number of the account with this script and worker name, made when new. A worker name too many for its address or for
    /// the pool gives the account that the address's further workers share. Throws LedgerFullException when AddressesMax
    /// addresses have accounts or the log takes no record. Worker names are cut to 191 bytes of UTF-8.
    /// </summary>
    public int InternAccount(string address, ReadOnlySpan<byte> script, string worker)
    {
        if (script.IsEmpty || script.Length > ScriptBytesMax)
        {
            throw new ArgumentException(
                $"payout script of {script.Length} bytes; 1 to {ScriptBytesMax} are allowed", nameof(script));
        }
        worker = CutTo(worker, WorkerBytesMax);
        lock (_lock)
        {
            if (_state.TryFindAccount(LedgerState.KeyOf(script, worker), out int id))
            {
                return id;
            }
            return _state.FindPayee(script) is { } payee
                ? InternWorker(payee, worker)
                : InternPayee(CutTo(address, AddressBytesMax), script, worker);
        }
    }

    public int FindAccount(ReadOnlySpan<byte> script, string worker)
    {
        string key = LedgerState.KeyOf(script, CutTo(worker, WorkerBytesMax));
        lock (_lock)
        {
            return _state.TryFindAccount(key, out int id) ? id : Claimant.NoAccount;
        }
    }

    private int InternPayee(string address, ReadOnlySpan<byte> script, string worker)
    {
        if (_state.PayeeCount > _options.AddressesMax) // the operator is one of them
        {
            throw new LedgerFullException(
                $"no room for an account of {CutTo(address, 100)}: all {_options.AddressesMax} addresses are taken. "
                + "Raise pool.accounts_max.");
        }
        return TryAddAccount(address, script, worker) ?? throw new LedgerFullException(
            $"no room for an account of {CutTo(address, 100)}: the share log waits for the disk. "
            + "Free some space; the pool goes on by itself.");
    }

    private int InternWorker(LedgerPayee payee, string worker)
    {
        bool hasRoom = payee.Workers < _options.WorkersMax && _state.Accounts.Count - _state.PayeeCount < _options.AddressesMax;
        if (!hasRoom && _state.TryFindAccount(LedgerState.KeyOf(payee.Script.Span, SharedWorker), out int shared))
        {
            return shared;
        }
        // While the disk takes no record the first account stands in.
        return TryAddAccount(payee.Address, payee.Script.Span, hasRoom ? worker : SharedWorker) ?? payee.Id;
    }

    /// <summary>Null when the log takes no record.</summary>
    private int? TryAddAccount(string address, ReadOnlySpan<byte> script, string worker)
    {
        var record = new AccountRecord(_state.Accounts.Count, script.ToArray(), address, worker);
        if (!Log.TryAppend(LogRecordType.Account, AccountRecord.Version, record.ToBytes()))
        {
            return null;
        }
        _state.Apply(record);
        Volatile.Write(ref _accountCount, _state.Accounts.Count);
        return record.Id;
    }

    private static string CutTo(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }
        var cut = new StringBuilder();
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > bytes)
            {
                break;
            }
            cut.Append(rune.ToString());
        }
        return cut.ToString();
    }
}
