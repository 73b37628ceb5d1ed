import { ControlButton, getViewportForBounds, useReactFlow, useStore } from '@xyflow/react';
import { type ReactNode, useCallback, useEffect } from 'react';
import { NODE_HEIGHT, NODE_WIDTH } from './layout.ts';

type Places = ReadonlyMap<string, { x: number; y: number }>;

/** Smaller than this a task cannot be read. */
const READABLE_ZOOM = 0.6;
const HEADING = 44;

/**
 * Shows a graph whole from a zoom on; one that does not fit is shown from its beginning. The flow's own `fitView` waits for the next
 * change of a node, which may never come.
 */
function useFit(places: Places, minZoom: number): () => void {
  const { setViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  return useCallback(() => {
    if (places.size === 0 || width === 0 || height === 0) return;
    const all = [...places.values()];
    const left = Math.min(...all.map(({ x }) => x));
    const top = Math.min(...all.map(({ y }) => y)) - HEADING;
    const bounds = {
      x: left,
      y: top,
      width: Math.max(...all.map(({ x }) => x)) + NODE_WIDTH - left,
      height: Math.max(...all.map(({ y }) => y)) + NODE_HEIGHT - top,
    };
    const fitted = getViewportForBounds(bounds, width, height, minZoom, 1, 0.04);
    const isTooWide = bounds.width * fitted.zoom > width;
    void setViewport(isTooWide ? { ...fitted, x: 20 - left * fitted.zoom } : fitted);
  }, [places, width, height, minZoom, setViewport]);
}

/** Shows the graph when it or the place for it has changed, and moves it when the chosen task is out of sight. */
export function KeepInView({ places, chosenId }: { places: Places; chosenId: string | undefined }): null {
  const { getViewport, setCenter } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const fit = useFit(places, READABLE_ZOOM);
  useEffect(fit, [fit]);

  useEffect(() => {
    const place = chosenId === undefined ? undefined : places.get(chosenId);
    if (place === undefined || width === 0) return;
    const { x, y, zoom } = getViewport();
    const left = place.x * zoom + x;
    const top = place.y * zoom + y;
    const isSeen =
      left >= 0 && top >= 0 && left + NODE_WIDTH * zoom <= width && top + NODE_HEIGHT * zoom <= height;
    if (!isSeen) void setCenter(place.x + NODE_WIDTH / 2, place.y + NODE_HEIGHT / 2, { zoom });
  }, [places, chosenId, width, height, getViewport, setCenter]);

  return null;
}

/** Shows the whole graph, however small that is. */
export function FitButton({ places }: { places: Places }): ReactNode {
  const fit = useFit(places, 0.04);
  return (
    <ControlButton onClick={fit} title="Show all" aria-label="Show all">
      <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
      </svg>
    </ControlButton>
  );
}
