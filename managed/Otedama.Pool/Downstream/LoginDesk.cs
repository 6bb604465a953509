using System.Diagnostics.CodeAnalysis;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Turns user names into accounts. Any thread.</summary>
internal sealed class LoginDesk(PoolOptions options, IAccounts accounts, PoolMeters meters, SessionLog log)
{
    private readonly byte[] _operatorScript = Address.Decode(options.OperatorAddress, options.Coin);

    /// <summary>
    /// The account of a user name and the difficulty it asks for (0 = none); error is text for the miner.
    /// </summary>
    public bool TryLogin(
        string user, [NotNullWhen(true)] out AccountMeter? account, out double difficulty, out string error)
    {
        account = null;
        difficulty = 0;
        string address = options.OperatorAddress, worker = LoginName.CutWorker(user);
        byte[] script = _operatorScript;
        if (LoginName.TryParse(user, options.Coin, out LoginName name, out error))
        {
            (address, worker, script, difficulty) = (name.Address, name.Worker, name.Script, name.Difficulty);
        }
        else if (!options.AcceptInvalidAddresses)
        {
            log.LoginRefused(error);
            return false;
        }
        account = meters.Login(address, script, worker, accounts.FindAccount(script, worker));
        log.LoggedIn(user);
        return true;
    }
}
