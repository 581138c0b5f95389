/** Kubernetes' defaults of the volumes of pods. */
import { type Fields, textOf } from '../../../../schemas/validation/loose.ts';
import { filledReferences, pullPolicyOf } from './containers.ts';
import { each, type Fill, inside, withDefaults } from './absent-fields.ts';
import { filledClaimAmounts } from './resource-lists.ts';

const fileMode: Fields = { defaultMode: 0o644 };

const filledDownward: Fill = (source) => each(source, 'items', filledReferences);

const filledProjection: Fill = (source) => {
  let filled = inside(source, 'serviceAccountToken', (token) =>
    withDefaults(token, { expirationSeconds: 3600 }),
  );
  filled = inside(filled, 'podCertificate', (one) => withDefaults(one, { maxExpirationSeconds: 86_400 }));
  return inside(filled, 'downwardAPI', filledDownward);
};

/** By source: what it leaves out. */
const sources: Readonly<Record<string, Fill>> = {
  configMap: (source) => withDefaults(source, fileMode),
  secret: (source) => withDefaults(source, fileMode),
  downwardAPI: (source) => filledDownward(withDefaults(source, fileMode)),
  projected: (source) => each(withDefaults(source, fileMode), 'sources', filledProjection),
  hostPath: (source) => withDefaults(source, { type: '' }),
  iscsi: (source) => withDefaults(source, { iscsiInterface: 'default' }),
  rbd: (source) => withDefaults(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  azureDisk: (source) =>
    withDefaults(source, { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false }),
  scaleIO: (source) => withDefaults(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  ephemeral: (source) =>
    inside(source, 'volumeClaimTemplate', (template) => inside(template, 'spec', filledClaimSpec)),
  image: (source) =>
    textOf(source['reference']) === undefined
      ? source
      : withDefaults(source, { pullPolicy: pullPolicyOf(textOf(source['reference']) ?? '') }),
};

/** The spec of a claim, in a claim template of a pod or of a StatefulSet. */
export function filledClaimSpec(spec: Fields): Fields {
  return filledClaimAmounts(withDefaults(spec, { volumeMode: 'Filesystem' }));
}

/** A volume that names no source is an empty folder. */
export function filledVolume(volume: Fields): Fields {
  let found = false;
  let filled = volume;
  for (const key in volume) {
    if (key === 'name' || volume[key] === undefined || volume[key] === null) continue;
    found = true;
    const fill = sources[key];
    if (fill !== undefined) filled = inside(filled, key, fill);
  }
  return found ? filled : { ...volume, emptyDir: {} };
}
