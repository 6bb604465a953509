using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What one node tells the nodes beside it, and what it asks them. On the node's own step.</summary>
internal interface INodeGroup
{
    /// <summary>True while no node gives work.</summary>
    bool NoneServes { get; }

    /// <summary>A checked template arrived. Returns true when it is mined on.</summary>
    bool OnTemplate(Template template);

    /// <summary>Why a template of this node must not be mined on, in words that follow its name; null when it may.</summary>
    string? ProblemOf(NodeClient node, Template template);

    /// <summary>The node serves for the first time, or again after it did not.</summary>
    void OnReturned(NodeClient node);

    /// <summary>A node served and does no more.</summary>
    void OnLost();
}
