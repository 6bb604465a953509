using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a session is told that is no answer and no job.</summary>
internal sealed partial class StratumSession
{
    /// <summary>Words for whoever reads the miner's screen, and the end when it is one. True: flush.</summary>
    public bool Tell(string words, bool ends)
    {
        lock (_gate)
        {
            if (!_login.IsLoggedIn || _link.IsClosed)
            {
                return false;
            }
            _link.Begin();
            _link.Show(words);
            if (ends)
            {
                _link.End(CloseReason.PoolClosed);
            }
            _link.Send();
            return true;
        }
    }
}
