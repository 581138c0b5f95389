/** Requests for objects: which verb and which subresource answers, once the request may be served at all. */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type KindInfo } from '../../schemas/kinds.ts';
import { type AnswerForm, answerForm, type Encoding, type Offer } from './accept.ts';
import { type Answer, type Handled, streamed } from './answer.ts';
import { methodNotAllowed } from './api-error.ts';
import { messageOfKind } from './codec/protobuf-kinds.ts';
import type { ResourceRequest } from './request.ts';
import { bindPod } from './subresources/binding.ts';
import { evictPod } from './subresources/eviction.ts';
import { answerPosted, isOnlyPosted, type TokenReviewer } from './subresources/reviews.ts';
import { getScale, writeScale } from './subresources/scale.ts';
import { createObject } from './verbs/create.ts';
import { deleteCollection, deleteObject } from './verbs/delete.ts';
import { getObject } from './verbs/get.ts';
import { listObjects, type ReadPorts } from './verbs/list.ts';
import { patchObject } from './verbs/patch.ts';
import { renderObject, tableOptions } from './verbs/rendering.ts';
import { replaceObject } from './verbs/update.ts';
import { watchObjects } from './verbs/watch.ts';
import { watchEncodings } from './verbs/watch-format.ts';
import type { WriteContext, Written } from './verbs/write-context.ts';
import { shownAs } from './versions.ts';
import type { WatchCache } from './watch-cache.ts';

export interface ResourcePorts extends ReadPorts {
  readonly cache: WatchCache;
  readonly random: () => number;
  readonly reviewToken: TokenReviewer;
  /** Issues the token that a TokenRequest asks for. */
  readonly issueToken: (request: ResourceRequest, context: WriteContext) => Promise<Answer>;
}

/** What a handler may look at besides the resource. */
export interface ResourceCall {
  readonly request: ResourceRequest;
  readonly verb: string;
  readonly method: string;
  readonly accept: string | undefined;
  readonly response: ServerResponse;
  readonly context: WriteContext;
}

const allEncodings: readonly Encoding[] = ['json', 'yaml', 'protobuf'];

/** Answers a request for a resource that is served. */
export async function serveResource(call: ResourceCall, ports: ResourcePorts): Promise<Handled> {
  const { request, verb } = call;
  refuseVerb(call);
  const offer = offerOf(request.info);
  if (isOnlyPosted(request)) {
    // Reviews have no metadata and no rows: they are given whole or not at all.
    const form = answerForm(call.accept, [], offer);
    return encodedAs(form, await answerPosted(request, call.context, ports.reviewToken));
  }
  const special = subresources[`${request.info.kind}/${request.subresource}`];
  if (request.subresource !== '' && special !== undefined) return special(call, ports);
  if (request.subresource === 'scale') return scale(call, ports);
  if (verb === 'watch') {
    const form = answerForm(call.accept, ['Table', 'PartialObjectMetadata'], {
      ...offer,
      encodings: watchEncodings,
    });
    await watchObjects(request, form, ports, ports.cache, call.response, ports.random);
    return streamed;
  }
  if (verb === 'list') {
    const form = answerForm(call.accept, ['Table', 'PartialObjectMetadataList'], offer);
    return encodedAs(form, await listObjects(request, form, ports, call.response));
  }
  const form = answerForm(call.accept, ['Table', 'PartialObjectMetadata'], offer);
  if (verb === 'get') return encodedAs(form, await getObject(request, form, ports));
  return encodedAs(form, await write(call, form, ports));
}

const offers = new WeakMap<KindInfo, Offer>();

/** Custom resources and Berth's own kinds have no protobuf form. */
function offerOf(info: KindInfo): Offer {
  let offer = offers.get(info);
  if (offer === undefined) {
    offer = {
      encodings: allEncodings,
      hasMessage: messageOfKind(apiVersionOf(info), info.kind) !== undefined,
    };
    offers.set(info, offer);
  }
  return offer;
}

/** 405 for what the kind, its subresource, or a path with or without a name cannot do. */
function refuseVerb({ request, verb }: ResourceCall): void {
  const { info, namespace, name, subresource } = request;
  const isNew = verb === 'create' && subresource === '';
  if (isNew && (name !== '' || (info.namespaced && namespace === ''))) throw methodNotAllowed();
  if (verb === 'deletecollection' && info.namespaced && namespace === '') throw methodNotAllowed();
  if ((verb === 'update' || verb === 'patch') && name === '') throw methodNotAllowed();
  const verbs =
    subresource === ''
      ? info.verbs
      : (info.subresources.find(({ name }) => name === subresource)?.verbs ?? []);
  if (!verbs.includes(verb)) throw methodNotAllowed();
}

async function write(call: ResourceCall, form: AnswerForm, ports: ResourcePorts): Promise<Answer> {
  const { request, verb, context } = call;
  switch (verb) {
    case 'create':
      return writtenAnswer(await createObject(request, context), 201, call, form, ports);
    case 'update':
      return writtenAnswer(await replaceObject(request, context), 200, call, form, ports);
    case 'patch':
      return writtenAnswer(await patchObject(request, context), 200, call, form, ports);
    case 'delete':
      return deleteObject(request, context);
    case 'deletecollection':
      return deleteCollection(request, context);
    default:
      throw methodNotAllowed();
  }
}

function writtenAnswer(
  result: Written,
  code: number,
  { request }: ResourceCall,
  form: AnswerForm,
  { clock, cluster }: ResourcePorts,
): Answer {
  const object = shownAs(result.object, request.info, cluster.view);
  const options = () => tableOptions(request.query, form, clock.now());
  const body = renderObject(object, request.info, cluster.view, form, options);
  return { code: result.created ? 201 : code, body };
}

/** Data goes out in the encoding that was asked for; complete bodies and streams as they are. */
function encodedAs(form: AnswerForm, handled: Handled): Handled {
  return handled === streamed ? handled : { ...handled, encoding: form.encoding };
}

type Subresource = (call: ResourceCall, ports: ResourcePorts) => Promise<Handled>;

const subresources: Readonly<Record<string, Subresource>> = {
  'Pod/binding': ({ request, context }) => bindPod(request, context),
  'Pod/eviction': ({ request, context }) => evictPod(request, context),
  'ServiceAccount/token': ({ request, context }, { issueToken }) => issueToken(request, context),
};

async function scale(call: ResourceCall, { cluster }: ResourcePorts): Promise<Handled> {
  const form = answerForm(call.accept, ['PartialObjectMetadata'], {
    encodings: allEncodings,
    hasMessage: true,
  });
  if (call.verb === 'get') return encodedAs(form, getScale(call.request, cluster.view));
  return encodedAs(form, await writeScale(call.request, call.method, call.context));
}
