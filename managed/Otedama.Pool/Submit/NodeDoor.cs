using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One node as blocks are brought to it. A node that hangs is spared further ones, and memory the wait for it.
/// </summary>
internal sealed class NodeDoor(IRpcLink link)
{
    /// <summary>Blocks on their way to one node at once: 8 MB of hex each at most.</summary>
    public const int BlocksMax = 16;

    private int _blocks;

    public IRpcLink Link => link;

    public bool TryEnter()
    {
        if (_blocks == BlocksMax)
        {
            return false;
        }
        _blocks++;
        return true;
    }

    public void Leave() => _blocks--;
}
