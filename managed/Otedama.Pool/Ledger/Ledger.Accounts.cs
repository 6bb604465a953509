using System.Text;
using Microsoft.Extensions.Logging;
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
    private const string RaiseMax = "Raise pool.accounts_max.";

    private static readonly TimeSpan s_reportEvery = TimeSpan.FromMinutes(1);

    private long _refused; // since the last report; this and its time under _gate
    private long? _refusedReportedAt;

    /// <summary>The output script that an account, which exists, is paid to.</summary>
    public ReadOnlyMemory<byte> ScriptOf(int account)
    {
        lock (_gate)
        {
            return _state.Accounts[account].Payee.Script;
        }
    }

    /// <summary>
    /// Number of the account with this script and worker name, made when new. A worker name too many for its address or for
    /// the pool gives the account that the address's further workers share. Throws LedgerFullException when AddressesMax
    /// addresses have accounts or the log takes no record. Worker names are cut to 191 bytes of UTF-8.
    /// </summary>
    public int InternAccount(string address, ReadOnlySpan<byte> script, string worker)
    {
        lock (_gate)
        {
            int id = Intern(address, script, worker);
            return id >= 0 ? id : throw new LedgerFullException($"no room for an account of {CutTo(address, 100)}: {WhyNoRoom()}");
        }
    }

    /// <summary>
    /// As above, but Claimant.NoAccount when there is no room, or when the address is new and the hash is worth less than one
    /// costs now; the log says so at most once a minute.
    /// </summary>
    public int AdmitAccount(Claimant claimant, Hash256 hash)
    {
        lock (_gate)
        {
            UInt128 price = AddressPrice;
            bool isTooCheap = price > UInt128.One
                && new Target(hash.ToNumber()).ToWork() < price
                && _state.FindPayee(claimant.Script) is null;
            int id = isTooCheap ? Claimant.NoAccount : Intern(claimant.Address, claimant.Script, claimant.Worker);
            if (id < 0)
            {
                ReportRefused(isTooCheap ? $"a new address takes a hash worth {(double)price:g3} now. {RaiseMax}" : WhyNoRoom());
            }
            return id;
        }
    }

    /// <summary>
    /// Expected hashes that a new address costs: nothing while half of the table is free, then more with each, up to the work of
    /// a whole block for the last one (decision 0014). So whoever wants to use up the table has to find hundreds of blocks, and
    /// makes newcomers pay about a thousandth of the work he does.
    /// </summary>
    private UInt128 AddressPrice
    {
        get
        {
            int free = _options.AddressesMax / 2;
            int taken = _state.PayeeCount - free; // the operator counts for the one that comes
            return taken <= 0 || _networkWork <= UInt128.One
                ? UInt128.One
                : (UInt128)Math.Pow((double)_networkWork, Math.Min(1, taken / (double)(_options.AddressesMax - free)));
        }
    }

    public int FindAccount(ReadOnlySpan<byte> script, string worker)
    {
        string key = LedgerState.KeyOf(script, CutTo(worker, WorkerBytesMax));
        lock (_gate)
        {
            return _state.TryFindAccount(key, out int id) ? id : Claimant.NoAccount;
        }
    }

    /// <summary>Claimant.NoAccount when there is no room; under the lock.</summary>
    private int Intern(string address, ReadOnlySpan<byte> script, string worker)
    {
        if (script.IsEmpty || script.Length > ScriptBytesMax)
        {
            throw new ArgumentException(
                $"payout script of {script.Length} bytes; 1 to {ScriptBytesMax} are allowed", nameof(script));
        }
        worker = CutTo(worker, WorkerBytesMax);
        if (_state.TryFindAccount(LedgerState.KeyOf(script, worker), out int id))
        {
            return id;
        }
        return _state.FindPayee(script) is { } payee ? InternWorker(payee, worker)
            : IsFull ? Claimant.NoAccount
            : TryAddAccount(CutTo(address, AddressBytesMax), script, worker) ?? Claimant.NoAccount;
    }

    private bool IsFull => _state.PayeeCount > _options.AddressesMax; // the operator is one of them

    private string WhyNoRoom() => IsFull
        ? $"all {_options.AddressesMax} addresses are taken. {RaiseMax}"
        : "the share log waits for the disk. Free some space; the pool goes on by itself.";

    /// <summary>Good shares without an account, in one line a minute: a stranger can send any number of them.</summary>
    private void ReportRefused(string reason)
    {
        _refused++;
        long now = _time.GetTimestamp();
        if (_refusedReportedAt is not { } last || _time.GetElapsedTime(last, now) >= s_reportEvery)
        {
            LogNoAccount(_refused, reason);
            (_refused, _refusedReportedAt) = (0, now);
        }
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
        AccountRecord record = new(_state.Accounts.Count, script.ToArray(), address, worker);
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
        StringBuilder cut = new();
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

    [LoggerMessage(Level = LogLevel.Warning, EventName = "no_account", Message = "{Count} good shares of new addresses were refused: {Reason}")]
    private partial void LogNoAccount(long count, string reason);
}
