namespace Otedama.Pool;

/// <summary>What a node is good for at the moment.</summary>
public enum NodeState
{
    /// <summary>No answer yet.</summary>
    Connecting,

    /// <summary>Serves templates.</summary>
    Ready,

    /// <summary>Answers, but has no templates: starting, syncing, wrong chain, wrong credentials.</summary>
    NotReady,

    /// <summary>Does not answer.</summary>
    Down,
}
