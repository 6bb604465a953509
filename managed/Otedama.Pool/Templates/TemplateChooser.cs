using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Which of several nodes' templates is mined: the highest chain wins, the fastest node first; on the same tip the
/// dearest; a node's own reorganisation is followed. Pure; the caller orders the calls.
/// </summary>
public sealed class TemplateChooser
{
    public Template? Current { get; private set; }

    /// <summary>True when the offered template takes over. currentLives: the node behind the current one answers.</summary>
    public bool Offer(Template offered, bool currentLives)
    {
        if (!IsBetter(offered, currentLives))
        {
            return false;
        }
        Current = offered;
        return true;
    }

    private bool IsBetter(Template offered, bool currentLives)
    {
        if (Current is null || !currentLives || offered.Source == Current.Source)
        {
            return true;
        }
        if (offered.Height != Current.Height)
        {
            return offered.Height > Current.Height;
        }
        return offered.PreviousHash == Current.PreviousHash && offered.CoinbaseValue > Current.CoinbaseValue;
    }
}
