using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Told by the nodes what they have. On a node's own step, so implementers only note it.</summary>
public interface ITemplateSink
{
    /// <summary>A template better than the one before; one call at a time, in order.</summary>
    void Offer(Template template);

    /// <summary>A node serves for the first time or again.</summary>
    void OnNodeReturned();
}
